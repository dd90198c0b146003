//! The seam of writes, and sessions that no request began.

use scim::message::bulk::BulkRequest;
use scim::resource_type::{GROUP_TYPE, USER_TYPE};
use serde_json::json;
use service::settings::InHand;
use service::{Caller, Condition, Context, Mint, Moment, Selection, Session};
use store::guard::Guard;
use store::ledger::requests::Sender;
use store::read::ResourceRef;
use store::tenant::Tenant;
use store::write::{delete, touch_teams_of};
use store::{Database, Statement, expression::View, statement};

use testing::memory::{Memory, WRITTEN, is_write};

struct Minted(std::cell::Cell<u64>);

impl Mint for Minted {
    fn id(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("019a0000-0000-7000-8000-{:012x}", self.0.get())
    }

    fn version(&self) -> String {
        self.id()
    }
}

fn caller() -> Caller {
    Caller {
        tenant: Tenant::DEFAULT,
        is_write: true,
        token: String::new(),
        sender: Sender::Customer,
        request: "req_1".to_owned(),
    }
}

/// A job makes a session of its own: every kind of write works without HTTP, and passes the seam.
#[test]
fn a_session_needs_no_request() {
    let mut memory = Memory::new();
    memory.settings.accept_user_groups = true;
    let mint = Minted(std::cell::Cell::new(0));
    let clock = Moment::at(1_767_225_600_000);
    let context = Context {
        database: &memory.database,
        settings: &memory.settings,
        mint: &mint,
        clock: &clock,
        fetch: &memory.fetch,
        keys: &memory.keys,
        hold: &memory.gauge.request(),
        remembered: memory.remembered(),
        rates: &memory.rates,
    };
    let session = Session::new(
        &context,
        caller(),
        "https://scim.example.com/scim/v2".to_owned(),
        InHand::default(),
    );
    let (any, all) = (Condition::default(), Selection::default());
    pollster::block_on(async {
        let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff"});
        let group = session.create(&GROUP_TYPE, &group, &all).await.unwrap();
        let group = group.location.rsplit('/').next().unwrap().to_owned();
        let body = |name: &str, title: &str| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "title": title,
                "groups": [{"value": group}],
            })
        };
        let user = session
            .create(&USER_TYPE, &body("ada", "Countess"), &all)
            .await
            .unwrap();
        let id = user.location.rsplit('/').next().unwrap().to_owned();
        let key = ResourceRef::Id(id.clone());
        session
            .replace(&USER_TYPE, &key, &body("ada", "Lady"), &any, &all)
            .await
            .unwrap();
        let patch = |operation: serde_json::Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
        let plain = patch(json!({"op": "replace", "path": "active", "value": false}));
        session
            .patch(&USER_TYPE, &key, &plain, &any, &all)
            .await
            .unwrap();
        let read =
            patch(json!({"op": "add", "path": "emails", "value": [{"value": "ada@example.com"}]}));
        session
            .patch(&USER_TYPE, &key, &read, &any, &all)
            .await
            .unwrap();
        let leave = patch(json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")}));
        session
            .patch(
                &GROUP_TYPE,
                &ResourceRef::Id(group.clone()),
                &leave,
                &any,
                &all,
            )
            .await
            .unwrap();
        let create = |name: &str| {
            let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name});
            json!({"method": "POST", "path": "/Users", "bulkId": name, "data": user})
        };
        let bulk = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [create("grace"), create("edsger"), {"method": "DELETE", "path": format!("/Users/{id}")}],
        });
        let outcomes = session
            .bulk(BulkRequest::parse(bulk).unwrap())
            .await
            .unwrap();
        assert!(
            outcomes.iter().all(|outcome| outcome.result.is_ok()),
            "{outcomes:?}"
        );
        session
            .delete(&GROUP_TYPE, &ResourceRef::Id(group), &any)
            .await
            .unwrap();
    });
    assert_eq!(session.end().tenant, Some(1));
    assert_eq!(memory.number("SELECT count(*) FROM users"), 2);
    assert_eq!(memory.number("SELECT count(*) FROM teams"), 0);
    assert_eq!(memory.database.strays.get(), 0);
}

/// A write is seen however it is written, of each table of resources; a read of one is none.
#[test]
fn writes_are_seen_in_every_form() {
    let forms: [fn(&'static str) -> Statement; 9] = [
        |table| statement!("INSERT INTO {t} (id) VALUES (1)", t = table),
        |table| statement!("INSERT INTO {t}(id) VALUES (1)", t = table),
        |table| statement!("INSERT OR REPLACE INTO {t} VALUES (1)", t = table),
        |table| statement!("REPLACE INTO {t} VALUES (1)", t = table),
        |table| statement!("INSERT INTO main.{t} VALUES (1)", t = table),
        |table| statement!("DELETE FROM {t}", t = table),
        |table| statement!("WITH a AS (SELECT 1) DELETE FROM \"{t}\"", t = table),
        |table| statement!("UPDATE {t} SET id = 1", t = table),
        |table| statement!("UPDATE OR IGNORE {t} AS x SET id = 1", t = table),
    ];
    for table in WRITTEN {
        for form in forms {
            let statement = form(table);
            assert!(is_write(&statement), "{}", statement.text());
        }
        let read = statement!("SELECT id FROM {t} ORDER BY updated_at", t = table);
        assert!(!is_write(&read), "{}", read.text());
    }
    assert!(!is_write(&statement!("UPDATE jobs SET done = 1")));
}

/// The memory database of all tests counts writes that come by another way than the seam.
#[test]
fn a_write_past_the_seam_is_counted() {
    let memory = Memory::new();
    let view = View {
        resource_type: &USER_TYPE,
        tenant: &Tenant::DEFAULT,
        base: "",
        unique_group_names: true,
    };
    let key = ResourceRef::Id("1".to_owned());
    let stray = delete(&view, &key, Guard::None);
    assert!(is_write(&stray));
    assert!(is_write(&touch_teams_of(
        &view,
        &key,
        Guard::None,
        "v",
        "now"
    )));
    pollster::block_on(memory.database.batch(vec![stray])).unwrap();
    // Taken back, so that the database may go.
    assert_eq!(memory.database.strays.take(), 1);
}
