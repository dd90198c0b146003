//! What making a statement takes: the page of a list, a look-up with what is counted of it, the one
//! statement of a PATCH.
//!
//! `cargo bench --bench statements`. On the host's CPU, not in wasm.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot start should fail"
)]

use divan::{Bencher, black_box};
use scim::filter::Filter;
use scim::filter::predicate::Predicate;
use scim::habit::Habits;
use scim::resource_type::USER_TYPE;
use serde_json::Value;
use store::Statement;
use store::expression::View;
use store::page::{Bound, Columns, Order, Page, Source, Window};
use store::read::ResourceRef;
use store::tenant::Tenant;
use store::write;

fn main() {
    divan::main();
}

const COLUMNS: Columns = Columns {
    groups: true,
    key: false,
};

fn token() -> Tenant {
    Tenant::Token {
        hash: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".to_owned(),
        now: "2026-01-01T00:00:00.000Z".to_owned(),
        number: None,
    }
}

fn view(tenant: &Tenant) -> View<'_> {
    View {
        resource_type: &USER_TYPE,
        tenant,
        base: "https://scim.example.com/scim/v2",
        unique_group_names: true,
    }
}

fn page<'a>(view: View<'a>, predicate: Option<&'a Predicate>) -> Page<'a> {
    Page {
        sources: vec![Source {
            view,
            predicate,
            sort: None,
        }],
        order: Order::default(),
        window: Window::Offset(0),
        limit: 100,
        with_total: false,
        known: None,
    }
}

#[divan::bench]
fn list_page(bencher: Bencher<'_, '_>) {
    let tenant = token();
    let page = page(view(&tenant), None);
    bencher.bench(|| black_box(&page).whole(COLUMNS));
}

fn filtered(bencher: Bencher<'_, '_>, filter: &str) {
    let tenant = token();
    let filter = Filter::parse(filter).unwrap();
    let predicates =
        Predicate::bind_across(&filter, &[&USER_TYPE], &mut Habits::default()).unwrap();
    let page = page(view(&tenant), predicates.first());
    bencher.bench(|| -> (Statement, Vec<Statement>) {
        let page = black_box(&page);
        (page.statement(COLUMNS, Bound::Each), page.totals())
    });
}

#[divan::bench]
fn lookup(bencher: Bencher<'_, '_>) {
    filtered(bencher, "userName eq \"ada@example.com\"");
}

#[divan::bench]
fn filter(bencher: Bencher<'_, '_>) {
    filtered(
        bencher,
        "active eq true and (emails[type eq \"work\"].value co \"example\" or name.familyName sw \"L\") \
         and not (groups.display eq \"Staff\")",
    );
}

#[divan::bench]
fn patch(bencher: Bencher<'_, '_>) {
    let tenant = token();
    let view = view(&tenant);
    let key = ResourceRef::Id("019a0000-0000-7000-8000-000000000001".to_owned());
    let active = USER_TYPE.attribute("active").unwrap();
    let values = [(active, Value::from(false))];
    let (version, now) = ("0123456789abcdef", "2026-01-01T00:00:00.000Z");
    bencher.bench(|| {
        let values = black_box(&values);
        write::assign(&view, &key, values, version, now, true)
    });
}
