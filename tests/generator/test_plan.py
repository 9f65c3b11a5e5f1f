"""Plans: the presets, the reference, and what is refused."""

import pytest

from generator.errors import InputError
from generator.plan import load_plan, plan_of, preset_names
from generator.plan_reference import REFERENCE, reference


@pytest.mark.parametrize("name", ["demo", "month", "design_day"])
def test_presets_are_plans(name):
    assert name in preset_names()
    assert load_plan(name).days >= 1


def test_the_reference_is_up_to_date():
    assert REFERENCE.read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize(
    ("content", "key", "hint"),
    [
        ({"userz": 1}, "unknown key userz", "users"),
        ({"dirt": {"lat": 0.1}}, "unknown key dirt.lat", "late"),
        ({"dirt": {"late": 1.5}}, "dirt.late is 1.5", "from 0 to 1"),
        ({"intent": {"buy": -0.1}}, "intent.buy is -0.1", "from 0 to 1"),
        ({"days": 0}, "days is 0", "from 1 to 3,660"),
        ({"users": 0}, "users is 0", "from 1 to 8,000,000"),
        ({"products": 10**7}, "products is 10000000", "from 8 to 200,000"),
        ({"start_date": "soon"}, "start_date is 'soon'", "date"),
        ({"visits": {"devices": {"tv": {"share": 1}}}}, "knows mobile", ""),
        ({"visits": {"hour_weights": [0] * 24}}, "hour_weights", ""),
        ({"visits": {"hour_weights": [1]}}, "visits.hour_weights is [1]", "24"),
        ({"people": {"logged_in": 0.9, "logs_in_midway": 0.9}}, "exceed 1", ""),
        ({"users": 8_000_000, "people": {"anonymous_per_user": 10}}, "88,000,000 people", ""),
        ({"users": 1, "events_per_day": 10**6}, "events_per_day is 1,000,000", ""),
        (
            {"visits": {"campaigns": [{"name": "x", "first_date": "2024-03-01", "days": 0}]}},
            "visits.campaigns.0.days is 0",
            "from 1 to 3,660",
        ),
        (
            {
                "visits": {
                    "campaigns": [
                        {"name": "x", "first_date": "2024-03-01", "days": 1, "source": "tv"}
                    ]
                }
            },
            "no source tv",
            "",
        ),
    ],
)
def test_bad_plans_are_refused_with_key_value_and_range(content, key, hint):
    with pytest.raises(InputError) as refused:
        plan_of(content, "mine")
    line = str(refused.value)
    assert key in line and hint in line
    assert "\n" not in line


def test_files_that_are_no_plans(tmp_path):
    with pytest.raises(InputError, match="no plan"):
        load_plan(str(tmp_path / "absent.yml"))
    broken = tmp_path / "broken.yml"
    broken.write_text("days: [1\n")
    with pytest.raises(InputError, match="not YAML"):
        load_plan(str(broken))
    broken.write_text("- 1\n")
    with pytest.raises(InputError, match="holds no keys"):
        load_plan(str(broken))
