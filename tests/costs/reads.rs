//! Reads: one resource, look-ups, searches, pages.

use scim::message::search::SearchRequest;
use scim::resource_type::USER_TYPE;
use serde_json::Value;
use service::cursor::{self, CursorTerms};
use store::page::{Mark, SortKey, Window};

use super::operations::{Bench, LINK, length};
use super::seed::{MEMBERS_EACH, TABLE_TOKEN, Use, group_name, padded, user_id, user_name};
use super::sheet::{Cost, cost};

/// A user of the first page, who is in five groups.
const IN_FIVE: usize = 40;
/// What no budget holds down: these read the tenant's rows once for the page and once for the
/// total.
const SCAN: Cost = cost(1, u64::MAX, 0);
/// Users without their groups.
const BARE: &str = "excludedAttributes=groups";
/// A search that the text index serves.
const SEARCH: Cost = cost(1, 200, 0);
/// What the text index may add where it turns out to be of no use: a twentieth of the users, for
/// the page and the total.
const fn tried(users: u64) -> u64 {
    3_000 + users / 10
}

impl Bench<'_> {
    pub(crate) fn single_reads(&mut self) {
        let id = user_id(IN_FIVE);
        let groups = self.groups_of(&id);
        let path = format!("/Users/{id}");
        let budget = cost(1, 6 + LINK * groups, 0);
        self.get("GET user in 5 groups", &path, budget);
        self.send_as(
            Some(TABLE_TOKEN),
            "GET user in 5 groups, token of the table",
            ("GET", &path),
            None,
            200,
            budget,
        );
        self.get(
            "GET user, groups excluded",
            &format!("{path}?excludedAttributes=groups"),
            cost(1, 6, 0),
        );
        let miss = ("GET", "/Users/none");
        self.send("GET user, miss", miss, None, 404, cost(1, 6, 0));
    }

    /// What providers look users and groups up by, hit and miss.
    pub(crate) fn lookups(&mut self) {
        let place = self.seed.users / 2;
        let (id, number) = (user_id(place), padded(place));
        let groups = self.groups_of(&id);
        let name = user_name(&number);
        // `@` is what is looked for.
        let filters = [
            ("userName eq", "userName eq \"@\"", name.to_uppercase()),
            (
                "externalId eq",
                "externalId eq \"@\"",
                format!("ext-{number}"),
            ),
            (
                "displayName eq",
                "displayName eq \"@\"",
                format!("cost user {number}"),
            ),
            ("emails.value eq", "emails.value eq \"@\"", name.clone()),
            (
                "emails[type eq \"work\"].value eq",
                "emails[type eq \"work\"].value eq \"@\"",
                name.clone(),
            ),
            (
                "emails[type eq \"work\" and value eq …]",
                "emails[type eq \"work\" and value eq \"@\"]",
                name.clone(),
            ),
            ("id eq", "id eq \"@\"", id),
            (
                "userName eq … or emails.value eq …",
                "userName eq \"@\" or emails.value eq \"@\"",
                name.clone(),
            ),
            (
                "userName eq … and active eq true",
                "userName eq \"@\" and active eq true",
                name,
            ),
        ];
        for (name, filter, value) in filters {
            let hit = format!("/Users?filter={}", filter.replace('@', &value));
            let found = self.get(name, &hit, cost(1, 12 + LINK * groups, 0));
            assert_eq!(found["totalResults"], 1, "{name}");
            let miss = format!("/Users?filter={}", filter.replace('@', "nobody"));
            let missed = self.get(&format!("{name}, miss"), &miss, cost(1, 12, 0));
            assert_eq!(missed["totalResults"], 0, "{name}");
        }
        self.group_lookups();
    }

    fn group_lookups(&mut self) {
        let number = padded(self.seed.group_number(Use::Page(1)));
        let filter = format!("/Groups?filter=displayName eq \"{}\"", group_name(&number));
        let bare = "&excludedAttributes=members";
        let members = MEMBERS_EACH as u64;
        // A group's members come in a row of their own for each thousand, and the version of the
        // tenant's settings is one more.
        let budget = cost(1, 12 + LINK * members + 2, 0);
        let found = self.get("group displayName eq, 3 members", &filter, budget);
        assert_eq!(found["totalResults"], 1);
        self.get(
            "group displayName eq, members excluded",
            &format!("{filter}{bare}"),
            cost(1, 12, 0),
        );
        let member = user_id(IN_FIVE);
        let of_member = format!("/Groups?filter=members.value eq \"{member}\"{bare}");
        let found = self.get(
            "members.value eq, in 5 groups",
            &of_member,
            cost(1, 12 + 4 * 5, 0),
        );
        assert_eq!(found["totalResults"], 5);
        let group = self.seed.group_id(Use::Page(IN_FIVE - 2));
        let pair =
            format!("/Groups?filter=id eq \"{group}\" and members.value eq \"{member}\"{bare}");
        let found = self.get(
            "id eq … and members.value eq …",
            &pair,
            cost(1, 12 + 4 * 5, 0),
        );
        assert_eq!(found["totalResults"], 1);
        let group = self.seed.group_id(Use::Sized(10, 0));
        let of_group =
            format!("/Users?filter=groups.value eq \"{group}\"&excludedAttributes=groups");
        let found = self.get(
            "groups.value eq, 10 users",
            &of_group,
            cost(1, 12 + 6 * 10, 0),
        );
        assert_eq!(found["totalResults"], 10);
    }

    /// The users of a large group, page by page; and whether one user is in it.
    pub(crate) fn users_of_group(&mut self, size: usize) {
        let group = self.seed.group_id(Use::Sized(size, 0));
        let filter = format!("/Users?{BARE}&filter=groups.value eq \"{group}\"");
        let first = self.get(
            "groups.value eq, first 10 of its users by cursor",
            &format!("{filter}&count=10&cursor="),
            cost(2, size as u64 + 12 + 6 * 10, 0),
        );
        let next = first["nextCursor"].as_str().unwrap_or_default();
        if !next.is_empty() {
            self.get(
                "groups.value eq, the next 10",
                &format!("{filter}&count=10&cursor={next}"),
                cost(1, 12 + 8 * 10, 0),
            );
        }
        let user = first["Resources"][0]["id"].as_str().unwrap_or_default();
        // Of one user the groups are looked through.
        let groups = self.groups_of(user);
        self.get(
            "id eq … and groups.value eq …",
            &format!("{filter} and id eq \"{user}\""),
            cost(1, 12 + 2 * groups, 0),
        );
    }

    /// `co`, `sw` and `ew`, and what no index helps with.
    pub(crate) fn searches(&mut self) {
        let number = padded(self.seed.users / 3);
        for attribute in ["userName", "displayName", "emails.value"] {
            let shown = attribute == "displayName";
            let gap = if shown { ' ' } else { '.' };
            let end = if shown { "" } else { "@example.com" };
            for (op, text) in [
                ("co", format!("r{gap}{number}")),
                ("sw", format!("COST{gap}user{gap}{number}")),
                ("ew", format!("{number}{end}")),
            ] {
                let name = format!("{attribute} {op}, one match");
                self.search_one(&name, &format!("{attribute} {op} \"{text}\""));
            }
        }
        let anywhere = ["userName", "displayName", "emails.value"]
            .map(|attribute| format!("{attribute} co \"{number}\""));
        self.search_one(
            "userName co … or displayName co … or emails.value co …, one match",
            &anywhere.join(" or "),
        );
        self.search_one(
            "emails[type eq … and value co …] and active eq true, one match",
            &format!("emails[type eq \"work\" and value co \"{number}\"] and active eq true"),
        );
        self.search_one(
            "userName co, one match, ordered by displayName",
            &format!("userName co \"{number}\"&sortBy=displayName"),
        );
        self.search_one(
            "userName co, everybody, and displayName co, one match",
            &format!("userName co \"example\" and displayName co \"{number}\""),
        );
        self.group_searches();
        self.search_share();
        let token = Some(TABLE_TOKEN);
        let name = "userName co, one match, token of the table";
        let path = format!("/Users?filter=userName co \"{number}\"&{BARE}");
        self.send_as(token, name, ("GET", &path), None, 200, SEARCH);

        let users = self.seed.users as u64;
        // A page of 100 and the total.
        let walk = cost(1, users + 100 + tried(users), 0);
        for (name, filter, budget) in [
            ("userName co, nobody", "userName co \"zebra\"", SEARCH),
            (
                "userName sw, two characters, nobody",
                "userName sw \"ze\"",
                SEARCH,
            ),
            ("userName co, everybody", "userName co \"example\"", walk),
            (
                "userName co, everybody, by cursor",
                "userName co \"example\"&cursor=",
                walk,
            ),
            (
                "userName co, two characters, everybody",
                "userName co \"ex\"",
                walk,
            ),
            (
                "not (userName co …), nobody",
                "not (userName co \"example\")",
                SCAN,
            ),
            ("active eq true, everybody", "active eq true", SCAN),
            (
                "meta.lastModified gt, nobody",
                "meta.lastModified gt \"2030-01-01T00:00:00Z\"",
                SCAN,
            ),
        ] {
            let path = format!("/Users?count=100&{BARE}&filter={filter}");
            self.get(name, &path, budget);
        }
    }

    /// Three in a hundred of 100,000 users: more than a thousand, and worth fetching one by one.
    fn search_share(&mut self) {
        let users = self.seed.users as u64;
        let start = users / 3 / 1_000;
        let parts = [0, 1, 2].map(|part| format!("userName co \"user.{:04}\"", start + part));
        let path = format!("/Users?count=100&{BARE}&filter={}", parts.join(" or "));
        let budget = if users == 100_000 {
            cost(1, 8 * 3_000, 0)
        } else {
            cost(1, 2 * users + tried(users), 0)
        };
        self.get(
            "userName co … or co … or co …, 3,000 match at most",
            &path,
            budget,
        );
    }

    /// Each of them less than the groups there are.
    fn group_searches(&mut self) {
        let number = padded(self.seed.group_number(Use::Page(1)));
        for (op, text) in [
            ("co", format!("group {number}")),
            ("sw", format!("COST group {number}")),
            ("ew", number),
        ] {
            let name = format!("group displayName {op}, one match with 3 members");
            let path = format!("/Groups?filter=displayName {op} \"{text}\"");
            let found = self.get(&name, &path, cost(1, 60, 0));
            assert_eq!(found["totalResults"], 1, "{name}: {text}");
            assert_eq!(
                length(&found["Resources"][0]["members"]),
                MEMBERS_EACH as u64
            );
        }
    }

    fn search_one(&mut self, name: &str, filter: &str) {
        let path = format!("/Users?filter={filter}&{BARE}");
        let found = self.get(name, &path, SEARCH);
        assert_eq!(found["totalResults"], 1, "{name}: {filter}");
    }

    pub(crate) fn pages(&mut self) {
        let first = self.look("/Users?count=100");
        let users = first["Resources"].as_array().unwrap();
        let groups: u64 = users.iter().map(|user| length(&user["groups"])).sum();
        let budget = cost(1, 4 * 100 + LINK * groups + 6, 0);
        self.get(
            "Page of 100 users in 5 groups each",
            "/Users?count=100",
            budget,
        );
        self.get(
            "Page of 100, first by cursor",
            "/Users?count=100&cursor=",
            budget,
        );
        self.get(
            "Page of 100, only userName",
            "/Users?count=100&attributes=userName",
            cost(1, 406, 0),
        );
        let deep = self.seed.users / 2;
        for (name, sort, key) in [
            ("Page of 100, deep by cursor", "", None),
            (
                "Page of 100, deep by cursor, ordered by userName",
                "userName",
                Some(SortKey::Text(user_name(&padded(deep)).to_lowercase())),
            ),
        ] {
            let id = user_id(deep);
            let cursor = self.cursor(sort, &Mark { key, id });
            let page = self.get(
                name,
                &format!("/Users?count=100&sortBy={sort}&cursor={cursor}")
                    .replace("&sortBy=&", "&"),
                budget,
            );
            assert_eq!(page["Resources"][0]["id"], user_id(deep + 1), "{name}");
        }
        self.get(
            "Page of 100, ordered by userName",
            "/Users?count=100&sortBy=userName",
            budget,
        );
        self.get("count=0", "/Users?count=0", cost(1, 6, 0));
        self.walk(deep);
        let members = (MEMBERS_EACH * 100) as u64;
        self.get(
            "Page of 100 groups of 3",
            "/Groups?count=100",
            cost(1, 6 + 7 * 100 + LINK * members, 0),
        );
        self.get(
            "Page of 100 groups, members excluded",
            "/Groups?count=100&excludedAttributes=members",
            cost(1, 406, 0),
        );
    }

    /// A page by `startIndex` pays for what it skips; the next one starts where it ended.
    fn walk(&mut self, skipped: usize) {
        let page = |start: usize| format!("/Users?count=100&startIndex={start}&{BARE}");
        self.get(
            "startIndex, a jump to the middle",
            &page(skipped + 1),
            cost(1, 412 + skipped as u64, 0),
        );
        // Where it ended is noted once the reply is out.
        std::thread::sleep(std::time::Duration::from_millis(300));
        for (name, start) in [
            ("startIndex, the next page of a walk", skipped + 101),
            ("startIndex, the page behind it", skipped + 201),
        ] {
            self.get(name, &page(start), cost(1, 412 + 100, 0));
        }
    }

    /// A cursor of the Worker's own making, behind a row that no walk need reach first.
    fn cursor(&self, sort: &str, mark: &Mark) -> String {
        let request = SearchRequest {
            sort_by: (!sort.is_empty()).then(|| sort.to_owned()),
            ..SearchRequest::default()
        };
        #[expect(clippy::disallowed_methods, reason = "a cursor is good for an hour")]
        let now = std::time::SystemTime::now();
        let seal = CursorTerms {
            key: &self.seed.cursor_key,
            credential: &self.worker.token,
            fingerprint: &cursor::fingerprint(&[&USER_TYPE], &request),
            count: 100,
            now: now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(),
        };
        cursor::seal(seal, &Window::After(mark.clone())).unwrap()
    }

    /// A group with and without its members.
    pub(crate) fn group_reads(&mut self, size: usize) {
        let k = size as u64;
        let path = format!("/Groups/{}", self.seed.group_id(Use::Sized(size, 0)));
        self.get(
            "GET group, members excluded",
            &format!("{path}?excludedAttributes=members"),
            cost(1, 6, 0),
        );
        // Besides the members, their list is cut at every thousandth, for five rows each. Those
        // that are too many to be reckoned with are read a second time: 51,000 of a hundred
        // thousand.
        let (trips, again) = if size > 50_000 {
            (2, LINK * 51_000)
        } else {
            (1, 0)
        };
        let budget = cost(trips, 9 + LINK * k + k / 200 + again, 0);
        let group: Value = self.get("GET group", &path, budget);
        assert_eq!(length(&group["members"]), k);
    }
}
