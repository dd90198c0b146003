//! Filters by their shape: many comparisons cost little more than one, and none keeps the database
//! from others.

use serde_json::{Value, json};

use super::operations::{Bench, length, patch};
use super::seed::{Use, group, padded, user_id, user_name};
use super::sheet::{Cost, cost};

/// Comparisons of a filter, at the most.
const COMPARISONS: usize = 64;
/// Looks that a filter may take, at the most: a comparison takes one at each resource.
const LOOKS: usize = 1_000_000;
/// Comparisons where as many as may be would take more.
const FEWER: usize = 4;
/// Groups that all users are in, each in the next.
const DEEP: usize = 30;
/// Values of a list, at the most.
const VALUES: usize = 1_000;
/// Removals by filter in one PATCH.
const REMOVALS: usize = 90;
/// Milliseconds of CPU that one request may take among [`FEW_USERS`] at the most.
const CPU: u64 = 1_000;
const FEW_USERS: usize = 10_000;

/// What is measured, whatever it is.
const ANY: Cost = cost(1, u64::MAX, 0);

impl Bench<'_> {
    /// Comparisons that are no look-ups: one, and as many as may be. Each finds the same.
    pub(crate) fn shapes(&mut self) {
        let (groups, users) = ("cost group 100", "cost user 00");
        let (reference, id) = ("/Groups/019a0000-0000", "019a0000-0000-7000");
        let direct = "groups[display co \"@\" and type eq \"direct\"]";
        let indirect = "groups[display co \"@\" and type eq \"indirect\"]";
        let member = "members[display co \"@\" and type eq \"User\"]";
        for (endpoint, filter, text) in [
            ("/Users", "groups.display co \"@\"", groups),
            ("/Users", direct, groups),
            ("/Users", indirect, groups),
            ("/Users", "groups.$ref co \"@\"", reference),
            ("/Users", "emails.value co \"@\"", "cost.user.00"),
            ("/Users", "title co \"@\"", "engineer, who is one of many"),
            ("/Groups", "members.display co \"@\"", users),
            ("/Groups", member, users),
            ("/Groups", "members.value co \"@\"", id),
        ] {
            let parts = parts(text);
            let terms: Vec<String> = parts.iter().map(|part| filter.replace('@', part)).collect();
            let name = filter.replace("\"@\"", "…");
            self.shape(&name, endpoint, &terms);
        }
        let endings: Vec<String> = (0..COMPARISONS)
            .map(|number| format!("emails.value ew \"{number}@example.com\""))
            .collect();
        self.shape("emails.value ew …", "/Users", &endings);
    }

    /// A large page of users deep within groups, which ends early, in an order that no index has:
    /// what matches is found once.
    pub(crate) fn sorted_page(&mut self) {
        let mut inner = self.seed.group_id(Use::Sized(self.seed.users, 0));
        for number in 0..DEEP {
            let name = format!("{number} {}", "deep ".repeat(20));
            let body = group(&name, &[inner]);
            let reply = self.worker.request("POST", "/Groups", &[], Some(&body));
            let made: Value = serde_json::from_str(&reply.unwrap().body).unwrap();
            inner = String::from(made["id"].as_str().unwrap());
        }
        let mut terms: Vec<String> = (1..COMPARISONS)
            .map(|number| format!("name.givenName ew \"nobody {number}\""))
            .collect();
        terms.push("name.givenName co \"cost\"".to_owned());
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": terms.join(" or "),
            "sortBy": "name.familyName",
            "count": 1_000,
        });
        let users = self.seed.users as u64;
        for (name, paged) in [("by index", None), ("by cursor", Some(""))] {
            if let Some(cursor) = paged {
                body["cursor"] = cursor.into();
            }
            let name = format!("{COMPARISONS} comparisons, sorted, 1000 {name}");
            let before = self.worker.cpu();
            let search = ("POST", "/Users/.search");
            let reply = self.send(&name, search, Some(&body), 200, cost(2, 31 * users, 0));
            self.within_cpu(&name, before);
            let found: Value = serde_json::from_str(&reply.body).unwrap();
            assert_eq!(found["totalResults"], users, "{name}");
            let shown = length(&found["Resources"]);
            assert!(0 < shown && shown < 1_000, "{name}: {shown}");
        }
    }

    /// As many comparisons as may be with the ends of addresses: some have them, all have them, or
    /// nobody has what all have in parts.
    pub(crate) fn long_texts(&mut self, domain: &str) {
        let some = |number: usize| format!("{number}@{domain}");
        let all = |number: usize| domain[number % 48..].to_owned();
        let none = |number: usize| {
            let (front, end) = (8 + number % 6, 7 + number / 6);
            format!("{}.{}", &domain[front..16], &"contoso.example.com"[..end])
        };
        let texts: [(&str, &dyn Fn(usize) -> String); 3] =
            [("some", &some), ("all", &all), ("none", &none)];
        for attribute in ["userName", "emails.value"] {
            for op in ["ew", "co"] {
                for (who, text) in texts {
                    let term = |number| format!("{attribute} {op} \"{}\"", text(number));
                    let terms: Vec<String> = (0..COMPARISONS).map(term).collect();
                    for and in [" and ", " or "] {
                        let name = format!("{attribute} {op}, {COMPARISONS} long texts,{and}{who}");
                        self.search(&name, "/Users", &terms.join(and), ANY);
                    }
                }
            }
        }
    }

    fn shape(&mut self, name: &str, endpoint: &str, terms: &[String]) {
        let first = &terms[0];
        let tests = 1 + first.matches(" and ").count();
        let all = &terms[..COMPARISONS / tests];
        let refused = self.seed.users * COMPARISONS > LOOKS;
        let count = if refused { FEWER } else { COMPARISONS } / tests;
        let terms = &terms[..count];
        let one = self.search(&format!("{name}, once"), endpoint, first, ANY);
        let not = self.search(
            &format!("not ({name}), once"),
            endpoint,
            &format!("not ({first})"),
            ANY,
        );
        let negated: Vec<String> = terms.iter().map(|term| format!("not ({term})")).collect();
        for (shown, filter, once) in [
            ("joined by or", terms.join(" or "), one),
            ("joined by and", terms.join(" and "), one),
            ("each excluded", negated.join(" and "), not),
        ] {
            let name = format!("{name}, {count} times, {shown}");
            let budget = cost(1, 3 * once + 2_000, 0);
            self.search(&name, endpoint, &filter, budget);
        }
        if refused {
            let name = format!("{name}, {} times: refused", all.len());
            self.asked(&name, endpoint, &all.join(" or "), 400, cost(1, 6, 0));
        }
    }

    /// Lists of keys: by index, as many rows as values.
    pub(crate) fn lists(&mut self) {
        let users = self.seed.users;
        let number = |place: usize| padded(place % users);
        let rows = |values: usize| cost(1, 14 * values as u64 + 20, 0);
        let ids = |place: usize| user_id(place % users);
        let names = |place: usize| user_name(&number(place));
        let external = |place: usize| format!("ext-{}", number(place));
        let shown = |place: usize| format!("Cost User {}", number(place));
        let lists: [(&str, &dyn Fn(usize) -> String); 5] = [
            ("id", &ids),
            ("userName", &names),
            ("externalId", &external),
            ("displayName", &shown),
            ("emails.value", &names),
        ];
        for (attribute, value) in lists {
            for count in [100, VALUES] {
                let name = format!("{attribute} eq … or {attribute} eq …, {count} values");
                let filter = list(attribute, (0..count).map(value));
                let found = self.found(&name, "/Users", &filter, rows(count));
                assert_eq!(found["totalResults"], count.min(users), "{name}");
            }
        }
        let groups: Vec<String> = (0..VALUES)
            .map(|place| self.seed.group_id(Use::Page(place % 100)))
            .collect();
        let filter = list("groups.value", groups.into_iter());
        self.search(
            "groups.value eq … or …, 100 groups of 3",
            "/Users",
            &filter,
            cost(1, 100 * 30, 0),
        );
        let filter = list(
            "members.value",
            (0..VALUES).map(|place| user_id(place % users)),
        );
        let name = "members.value eq … or …, 1000 users";
        self.search(
            name,
            "/Groups",
            &filter,
            cost(1, 12 * VALUES as u64 + 4_000, 0),
        );
        let (one, manager) = (user_id(7), user_id(8));
        let name = "id eq … and manager eq …";
        let filter = format!("id eq \"{one}\" and manager eq \"{manager}\"");
        self.search(name, "/Users", &filter, cost(1, 12, 0));
    }

    /// A PATCH whose filters take nobody out.
    pub(crate) fn filtered_removals(&mut self, size: usize) {
        let group = format!("/Groups/{}", self.seed.group_id(Use::Sized(size, 0)));
        let removal = |number: usize| {
            let path = format!("members[display co \"nobody {number}\"]");
            json!({"op": "remove", "path": path})
        };
        let most = if size > FEW_USERS { 40 } else { REMOVALS };
        for count in [1, most] {
            let name = &format!("PATCH group: {count} removals by display, nobody");
            let body = patch(&(0..count).map(removal).collect::<Value>());
            let before = self.worker.cpu();
            let budget = cost(3, 4 * size as u64 + 40, 0);
            self.send(name, ("PATCH", &group), Some(&body), 204, budget);
            self.within_cpu(name, before);
        }
        if size > FEW_USERS {
            let name = "PATCH group: 90 removals by display: refused";
            let body = patch(&(0..REMOVALS).map(removal).collect::<Value>());
            self.send(name, ("PATCH", &group), Some(&body), 400, cost(2, 40, 0));
        }
    }

    /// Rows that a search reads.
    fn search(&mut self, name: &str, endpoint: &str, filter: &str, budget: Cost) -> u64 {
        self.found(name, endpoint, filter, budget);
        self.sheet.last().read
    }

    fn found(&mut self, name: &str, endpoint: &str, filter: &str, budget: Cost) -> Value {
        self.asked(name, endpoint, filter, 200, budget)
    }

    fn asked(
        &mut self,
        name: &str,
        endpoint: &str,
        filter: &str,
        status: u16,
        budget: Cost,
    ) -> Value {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": filter,
            "excludedAttributes": ["groups", "members"],
        });
        let before = self.worker.cpu();
        let path = format!("{endpoint}/.search");
        let reply = self.send(name, ("POST", &path), Some(&body), status, budget);
        self.within_cpu(name, before);
        serde_json::from_str(&reply.body).unwrap()
    }

    fn within_cpu(&self, name: &str, before: Option<u64>) {
        let (Some(before), Some(after)) = (before, self.worker.cpu()) else {
            return;
        };
        let spent = after - before;
        println!("{name:<72} {:>8} {spent:>5} ms of CPU", self.column);
        if self.seed.users <= FEW_USERS && std::env::var_os("ANY_CPU").is_none() {
            assert!(spent <= CPU, "{name} among {}: {spent} ms", self.column);
        }
    }
}

/// Different parts of a text, which is in all that is searched.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for length in (1..=text.len()).rev() {
        for start in 0..=text.len() - length {
            let part = text[start..start + length].to_owned();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}

fn list(attribute: &str, values: impl Iterator<Item = String>) -> String {
    let terms: Vec<String> = values
        .map(|value| format!("{attribute} eq \"{value}\""))
        .collect();
    terms.join(" or ")
}
