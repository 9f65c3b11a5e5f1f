-- What does a user spend per visit?
--
-- For example: which users come often and seldom buy, but spend much when they do?
select
    source_system,
    user_id,
    session_count,
    converted_session_count,
    average_session_amount,
    average_converted_session_amount
from {{ mart('average_spend_per_session') }}
where converted_session_count > 0
order by average_converted_session_amount desc, session_count desc, source_system asc, user_id asc
limit 20
