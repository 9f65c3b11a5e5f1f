{%- set sales = ['gross_amount', 'discount_amount', 'refund_amount', 'net_amount'] %}
{%- set event_keys = ['event_date', 'event_type'] %}
{%- set session_keys = ['session_date', 'traffic_source', 'device_type'] %}
{%- set sessions = [
    'session_count', 'event_count', 'converted_count', 'abandoned_count', 'duration_seconds', 'revenue_amount',
] %}
{%- set sessions_of_people = sessions | reject('equalto', 'abandoned_count') | list %}
{%- set funnel = ['viewed_count', 'carted_count', 'purchased_count'] %}
{%- set carts = ['cart_count', 'product_count', 'value_amount'] %}
{%- set customers = ['customer_count', 'new_customer_count', 'returning_customer_count'] %}
{%- set totals = ['order_count'] + sales + ['first_ordered_at', 'last_ordered_at'] %}
{%- set user_version = [
    'updated_at', 'valid_from', 'valid_to', 'country', 'region', 'city', 'loyalty_tier', 'is_deleted',
] %}
{%- set product_version = ['updated_at', 'valid_from', 'valid_to', 'list_price', 'is_deleted'] %}
{%- set credits = [
    'first_credit', 'last_credit', 'last_non_direct_credit', 'linear_credit', 'position_based_credit',
    'time_decay_credit',
] %}
{%- set touchpoint = ['session_started_at', 'traffic_source', 'touchpoint_count'] %}
{%- set events = ['event_count', 'revenue_amount'] %}
{%- set orders = ['order_count', 'cancelled_order_count'] %}
{%- set lines = ['line_count', 'quarantined_count'] %}
{%- set comparisons = {
    'events and revenue by date, type and bots':
        compared_sums('events_daily', 'events_daily', event_keys + ['is_bot'], events),
    'sessions by date, source, device and bots':
        compared_sums('sessions_daily', 'sessions_daily', session_keys + ['is_bot'], sessions),
    'events and revenue of people by date and type':
        compared_sums('events_daily', 'event_types', event_keys, events, of_people=true),
    'sessions of people by date, source and device':
        compared_sums('sessions_daily', 'traffic', session_keys, sessions_of_people, of_people=true),
    'ordered funnel by date, source and device': compared_sums('funnel_daily', 'funnel', session_keys, funnel),
    'abandoned carts by date, source and device':
        compared_sums('abandoned_carts_daily', 'carts_daily', session_keys, carts),
    'sales by date, category and region':
        compared_sums('sales_daily', 'sales', ['order_date', 'category', 'region'], ['order_line_count'] + sales),
    'orders and cancelled orders by date': compared_sums('orders_daily', 'orders_daily', ['order_date'], orders),
    'customers, new and returning, by date':
        compared_sums('customers_daily', 'customers_daily', ['order_date'], customers),
    'customers by cohort and months since':
        compared_sums('cohorts', 'cohorts', ['cohort_month', 'months_since'], ['customer_count']),
    'orders and money of each user': compared(
        ledger_versions('user_totals', 'user_id', ['user_id'] + totals), 'totals', ['user_id'], totals, states=true,
    ),
    'versions of each user': compared(
        ledger_versions('user_versions', 'user_id', ['user_id', 'version_number'] + user_version),
        'user_versions', ['user_id', 'version_number'], user_version, states=true,
    ),
    'versions of each product': compared(
        ledger_versions('product_versions', 'product_id', ['product_id', 'version_number'] + product_version),
        'product_versions', ['product_id', 'version_number'], product_version, states=true,
    ),
    'touchpoints and credits of each order': compared(
        ledger_versions('attribution', 'order_id', ['order_id', 'touchpoint'] + touchpoint + [rounded(credits)]),
        'attribution', ['order_id', 'touchpoint'], touchpoint + credits, states=true,
    ),
    'lines and quarantined lines by table': compared(ledger_lines(), 'lines_by_table', ['table_name'], lines),
    'repeated lines by table': compared(
        ledger_lines(), 'duplicates_by_table', ['table_name'], ['duplicate_count']
    ),
} if ledger_is_landed() else {} %}

with

shop_as_of as (
    select as_of_date
    from {{ ref('as_of_dates') }}
    where source_system = 'shop'
),

events as (
    select
        event_date,
        event_type,
        is_bot,
        revenue_amount
    from {{ ref('fct_events') }}
    where source_system = 'shop'
),

sessions as (
    select
        session_date,
        traffic_source,
        device_type,
        is_bot,
        event_count,
        is_converted,
        is_abandoned,
        duration_seconds,
        revenue_amount
    from {{ ref('fct_sessions') }}
    where source_system = 'shop'
),

event_types as (
    select
        event_date,
        event_type,
        event_count,
        revenue_amount
    from {{ ref('agg_event_types_daily') }}
    where source_system = 'shop'
),

traffic as (
    select
        session_date,
        traffic_source,
        device_type,
        session_count,
        event_count,
        converted_session_count as converted_count,
        duration_seconds,
        revenue_amount
    from {{ ref('agg_traffic_daily') }}
    where source_system = 'shop'
),

funnel as (
    select
        session_date,
        traffic_source,
        device_type,
        viewed_count,
        carted_count,
        purchased_count
    from {{ ref('funnel_daily') }}
    where source_system = 'shop'
),

carts as (
    select
        session_date,
        traffic_source,
        device_type,
        product_count,
        value_amount
    from {{ ref('abandoned_carts') }}
    where source_system = 'shop'
),

sales as (
    select
        order_date,
        category,
        region,
        order_line_count,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from {{ ref('agg_sales_daily') }}
    where source_system = 'shop'
),

orders as (
    select
        order_date,
        order_id,
        user_id,
        is_cancelled,
        min(if(is_cancelled, null, order_date)) over (partition by user_id) as first_order_date
    from {{ ref('fct_orders') }}
    where source_system = 'shop'
),

cohorts as (
    select
        cohort_month,
        months_since,
        customer_count
    from {{ ref('cohort_retention') }}
    where source_system = 'shop'
),

totals as (
    select
        user_id,
        {{ totals | join(', ') }}
    from {{ ref('user_metrics') }}
    where source_system = 'shop'
),

user_versions as (
    select
        user_id,
        version_number,
        updated_at,
        nullif(valid_from, {{ first_moment() }}) as valid_from,
        nullif(valid_to, {{ end_of_time() }}) as valid_to,
        country,
        region,
        city,
        loyalty_tier,
        is_deleted
    from {{ ref('dim_users') }}
    where source_system = 'shop'
),

product_versions as (
    select
        product_id,
        version_number,
        updated_at,
        nullif(valid_from, {{ first_moment() }}) as valid_from,
        nullif(valid_to, {{ end_of_time() }}) as valid_to,
        list_price,
        is_deleted
    from {{ ref('dim_products') }}
    where source_system = 'shop'
),

files as (
    select
        table_name,
        landed_date,
        line_count,
        quarantined_count
    from {{ ref('file_reconciliation') }}
    where source_system = 'shop'
),

duplicates as (
    select
        table_name,
        duplicate_count
    from {{ ref('duplicates_daily') }}
    where source_system = 'shop'
),

attribution as (
    select
        order_id,
        touchpoint_number as touchpoint,
        {{ touchpoint | join(', ') }},
        {{ rounded(credits) }}
    from {{ ref('attribution') }}
    where source_system = 'shop'
),

events_daily as (
    select
        event_date,
        event_type,
        is_bot,
        count(*) as event_count,
        sum(revenue_amount) as revenue_amount
    from events
    group by event_date, event_type, is_bot
),

sessions_daily as (
    select
        session_date,
        traffic_source,
        device_type,
        is_bot,
        count(*) as session_count,
        sum(event_count) as event_count,
        count_if(is_converted) as converted_count,
        count_if(is_abandoned) as abandoned_count,
        sum(duration_seconds) as duration_seconds,
        sum(revenue_amount) as revenue_amount
    from sessions
    group by session_date, traffic_source, device_type, is_bot
),

carts_daily as (
    select
        session_date,
        traffic_source,
        device_type,
        count(*) as cart_count,
        sum(product_count) as product_count,
        sum(value_amount) as value_amount
    from carts
    group by session_date, traffic_source, device_type
),

orders_daily as (
    select
        order_date,
        count(*) as order_count,
        count_if(is_cancelled) as cancelled_order_count
    from orders
    group by order_date
),

customers_daily as (
    select
        order_date,
        count(distinct user_id) as customer_count,
        count(distinct if(order_date = first_order_date, user_id, null)) as new_customer_count,
        count(distinct if(order_date > first_order_date, user_id, null)) as returning_customer_count
    from orders
    where not is_cancelled
    group by order_date
),

lines_by_table as (
    select
        table_name,
        sum(line_count) as line_count,
        sum(quarantined_count) as quarantined_count
    from files
    group by table_name
),

duplicates_by_table as (
    select
        table_name,
        sum(duplicate_count) as duplicate_count
    from duplicates
    group by table_name
),

counted as (
    {%- if comparisons %}
    {%- for name, counts in comparisons.items() %}
    select
        '{{ name }}' as comparison,
        value_count,
        cast(difference_count as bigint) as difference_count
    from ({{ counts }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- else %}
    select
        cast(null as string) as comparison,
        cast(null as bigint) as value_count,
        cast(null as bigint) as difference_count
    where false
    {%- endif %}
),

-- one row each already; said here, so that Spark counts nothing for who asks for the names alone
counts as (
    select
        comparison,
        any_value(value_count) as value_count,
        any_value(difference_count) as difference_count
    from counted
    group by comparison
),

names as (
    select
        explode(
            cast(
                array(
                    {%- for name in comparisons %}
                    '{{ name }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                ) as array<string>
            )
        ) as comparison
),

-- a ledger says nothing of what was landed under later dates, which the marts hold already, nor of
-- an as-of date that was asked for, as of which some marts are measured
validity as (
    select
        coalesce(
            max(landed_date) > {{ ledger_last_date() }}
            or max(landed_date) != (select shop_as_of.as_of_date from shop_as_of),
            false
        ) as has_lapsed
    from files
),

judged as (
    select
        names.comparison,
        counts.value_count,
        counts.difference_count,
        (select validity.has_lapsed from validity) as has_lapsed
    from names
    left join counts
        on names.comparison = counts.comparison
),

final as (
    select
        comparison,
        if(has_lapsed, 0, value_count) as value_count,
        if(has_lapsed, 0, difference_count) as difference_count,
        has_lapsed
    from judged
)

select * from final
