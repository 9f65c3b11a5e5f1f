"""What `make docs` runs: everything in the documentation that is made from something else."""

from warehouse.docs import star_schema
from warehouse.docs.generated import write_generated_files
from warehouse.settings import PROJECT_ROOT

for path in write_generated_files(PROJECT_ROOT):
    print(f"{path}: written")
star_schema.main()
