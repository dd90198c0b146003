//! The evaluator in `scim` and the SQL of `store` give the same answer: for filters, for order, for
//! pages.
//!
//! Generated filters over generated resources of every type (see `agreement/`): the ids that a
//! search finds are those whose comparison image, folded from what GET shows, satisfies the
//! predicate.

pub(crate) mod dice;
pub(crate) mod documents;
mod filters;
mod order;
mod searches;
mod world;

use dice::Dice;
use filters::{Filters, Term, operators};
use order::{all, is_sortable, sorted, sorted_each};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use scim::filter::Filter;
use scim::filter::predicate::Predicate;
use scim::habit::Habits;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::schema::Type;
use searches::text_search;
use serde_json::{Value, json};
use world::{Population, World, ids};

/// What a search finds that it should not, or misses; nothing where it is right.
fn disagreement(
    world: &World,
    population: &Population,
    filter: &str,
    by_get: bool,
) -> Option<String> {
    let resource_type = population.resource_type;
    let search = json!({ "filter": filter, "count": 1000, "attributes": ["id"] });
    let got = if by_get {
        world.get(resource_type.endpoint, &search)
    } else {
        world.search(resource_type.endpoint, &search)
    };
    let parsed = match Filter::parse(filter) {
        Ok(parsed) => parsed,
        // Longer texts than are looked for are among those generated.
        Err(error) if got.status == 400 && error.detail().contains("to look for") => return None,
        Err(error) => panic!("{filter}: {}", error.detail()),
    };
    let predicate = match Predicate::bind(&parsed, resource_type, &mut Habits::default()) {
        Ok(predicate) => predicate,
        Err(_) if got.status == 400 && got.body["scimType"] == "invalidFilter" => return None,
        Err(error) => return Some(format!("{filter}\n  {} but {:#}", error.detail(), got.body)),
    };
    if got.status != 200 {
        return Some(format!(
            "status {}: {} {filter}",
            got.status, got.body["detail"]
        ));
    }
    let found = ids(&got.body);
    let mut wrong = Vec::new();
    let mut matching = 0;
    for shown in &population.resources {
        let (expected, is) = (predicate.evaluate(&shown.image), found.contains(&shown.id));
        matching += usize::from(expected);
        if expected != is {
            wrong.push(format!(
                "  {} {}",
                if is { "found" } else { "missed" },
                json!(shown.image)
            ));
        }
    }
    // Somebody else's, or one twice, would be more.
    if got.body["totalResults"] != found.len() || found.len() != matching {
        wrong.push(format!(
            "  totalResults {} of {}, {matching} expected",
            got.body["totalResults"],
            found.len()
        ));
    }
    wrong.truncate(2);
    (!wrong.is_empty()).then(|| {
        let short: Vec<String> = wrong
            .iter()
            .map(|line| line.chars().take(1_500).collect())
            .collect();
        format!("{filter}\n{}", short.join("\n"))
    })
}

#[track_caller]
fn all_agree(disagreements: &[String]) {
    let first: Vec<String> = disagreements
        .iter()
        .take(30)
        .map(|words| words.chars().take(900).collect())
        .collect();
    assert!(
        disagreements.is_empty(),
        "{} disagreements\n{}",
        disagreements.len(),
        first.join("\n")
    );
}

#[test]
fn every_attribute_with_every_operator() {
    let mut wrong = Vec::new();
    for seed in 1..4 {
        wrong.extend(each_with_each(&World::new(seed, 80, 40, 40), seed + 1));
    }
    all_agree(&wrong);
}

fn each_with_each(world: &World, seed: u64) -> Vec<String> {
    let mut dice = Dice::seeded(seed);
    let mut wrong = Vec::new();
    for population in &world.populations {
        let filters = Filters::new(population);
        for term in &filters.terms {
            let path = term.path();
            for state in ["pr", "eq null", "ne null"] {
                wrong.extend(disagreement(
                    world,
                    population,
                    &format!("{path} {state}"),
                    false,
                ));
            }
            for operator in operators(term.leaf().kind) {
                for _ in 0..2 {
                    let literal = filters.literal(*term, &mut dice);
                    let filter = format!("{path} {operator} {literal}");
                    wrong.extend(disagreement(world, population, &filter, dice.chance(50)));
                }
            }
        }
    }
    wrong
}

/// Agreement on this many filters of a type, in several worlds.
fn generated(resource_type: &'static ResourceType, seed: u64, count: usize) {
    let mut wrong = Vec::new();
    for seed in (seed..).take(4) {
        let world = World::new(seed, 60, 40, 40);
        let population = world.of(resource_type);
        let filters = Filters::new(population);
        let mut dice = Dice::seeded(seed + 1_000);
        for _ in 0..count / 4 {
            let filter = filters.filter(&mut dice);
            wrong.extend(disagreement(&world, population, &filter, dice.chance(20)));
        }
    }
    all_agree(&wrong);
}

#[test]
fn generated_filters_of_users() {
    generated(&USER_TYPE, 10, 2_500);
}

#[test]
fn generated_filters_of_groups() {
    generated(&GROUP_TYPE, 20, 1_500);
}

#[test]
fn generated_filters_of_devices() {
    generated(ResourceType::by_name("Device").unwrap(), 30, 2_500);
}

/// Conditions on the values of one attribute are asked together: whatever they are joined by, the
/// answer is the same.
#[test]
fn many_comparisons_of_the_same_values() {
    let mut wrong = Vec::new();
    for seed in 0..2 {
        let world = World::new(130 + seed, 50, 40, 20).beside(3, 134 + seed, [50, 40, 20]);
        let mut dice = Dice::seeded(140 + seed);
        for population in &world.populations {
            let filters = Filters::new(population);
            let named = [&USER_TYPE, &GROUP_TYPE].contains(&population.resource_type);
            for _ in 0..if named { 800 } else { 100 } {
                let filter = filters.about_values(&mut dice);
                wrong.extend(disagreement(&world, population, &filter, dice.chance(10)));
            }
        }
    }
    all_agree(&wrong);
}

#[test]
fn lists_of_values() {
    let world = World::new(150, 60, 40, 40).beside(5, 151, [60, 40, 40]);
    let mut dice = Dice::seeded(152);
    let mut wrong = Vec::new();
    for population in &world.populations {
        let filters = Filters::new(population);
        for _ in 0..500 {
            let filter = filters.list(&mut dice);
            wrong.extend(disagreement(&world, population, &filter, dice.chance(10)));
        }
    }
    all_agree(&wrong);
}

#[test]
fn searches_for_text() {
    let mut wrong = Vec::new();
    for seed in 0..4 {
        // Two tenants have much the same.
        let world =
            World::new(100 + seed, 60, 30, 2).beside(2 << (10 * seed), 104 + seed, [60, 30, 2]);
        let world = if seed == 3 { world.again() } else { world };
        let mut dice = Dice::seeded(110 + seed);
        for (resource_type, count) in [(&USER_TYPE, 1_000), (&GROUP_TYPE, 300)] {
            let population = world.of(resource_type);
            let filters = Filters::new(population);
            for _ in 0..count {
                let filter = text_search(population, &filters, &mut dice);
                wrong.extend(disagreement(&world, population, &filter, dice.chance(20)));
            }
        }
    }
    all_agree(&wrong);
}

/// A text index finds no more than a thousand; where more match, the table is walked, and nobody
/// can tell.
#[test]
fn searches_that_many_match() {
    let memory = testing::memory::Memory::new();
    let client = testing::client::Client::new(&memory);
    for number in 0..1_030 {
        // The first who match are all of those who match one of them; those between a thousand and
        // all, another.
        let word = if number < 998 { "Ninety" } else { "Hundred" };
        let wider = if number < 1_003 { "Näher" } else { "Weiter" };
        let body = json!({
            "userName": format!("{word}.{number}@Example.com"),
            "displayName": format!("{wider} {}", number % 7),
            "active": number % 3 == 0,
        });
        client.post("/Users", &body).expect(201);
        let body = json!({ "displayName": format!("{wider} {word} {number}") });
        client.post("/Groups", &body).expect(201);
    }
    let world = World::shown(memory, testing::memory::Memory::TOKEN);
    let mut wrong = many_agree(
        &world,
        &USER_TYPE,
        &[
            "userName co \"example\"",
            "userName ew \"EXAMPLE.COM\" and active eq true",
            "userName sw \"ninety\"",
            "displayName sw \"NÄHER\"",
            "displayName co \"äher 3\"",
            "displayName sw \"nä\"",
            "displayName sw \"we\"",
            "displayName sw \"n\"",
            "displayName co \"weiter\" or userName co \"hundred.10\"",
            "userName co \"example.com\" and displayName co \"weiter\"",
            "not (userName co \"hundred\")",
        ],
    );
    wrong.extend(many_agree(
        &world,
        &GROUP_TYPE,
        &[
            "displayName co \"ÄHER\"",
            "displayName co \"dred 10\"",
            "displayName sw \"nä\"",
            "displayName sw \"we\" and displayName ew \"8\"",
            "displayName co \"ninety\" or displayName co \"weiter\"",
        ],
    ));
    all_agree(&wrong);
}

/// Agreement on lists of these filters, in any order, page by page.
fn many_agree(world: &World, of: &'static ResourceType, filters: &[&str]) -> Vec<String> {
    let mut dice = Dice::seeded(120);
    let mut wrong = Vec::new();
    let sort = Term::all(of)
        .into_iter()
        .find(|term| term.path() == "displayName");
    for filter in filters {
        let parsed = Filter::parse(filter).unwrap();
        let predicate = Predicate::bind(&parsed, of, &mut Habits::default()).unwrap();
        let mut listed = all(world.of(of));
        listed.retain(|shown| predicate.evaluate(&shown.image));
        let (sort, descending) = (sort.filter(|_| dice.chance(50)), dice.chance(50));
        let mut search = json!({ "filter": filter, "count": 450, "attributes": ["id"] });
        if sort.is_some() {
            search["sortBy"] = json!("displayName");
        }
        if descending {
            search["sortOrder"] = json!("descending");
        }
        let expected = sorted(&listed, sort, descending);
        assert!(!expected.is_empty(), "{filter}");
        wrong.extend(pages_agree(world, of.endpoint, search, &expected));
    }
    wrong
}

#[test]
fn every_attribute_as_a_sort_key() {
    let world = World::new(40, 60, 40, 60);
    let mut wrong = Vec::new();
    for population in &world.populations {
        let endpoint = population.resource_type.endpoint;
        for term in Term::all(population.resource_type) {
            for (order, descending) in [("ascending", false), ("descending", true)] {
                let search = json!({ "sortBy": term.path(), "sortOrder": order, "count": 1000, "attributes": ["id"] });
                let got = world.search(endpoint, &search);
                if !is_sortable(term) {
                    got.refused(400, "invalidPath", "Name one of them");
                    continue;
                }
                assert_eq!(got.status, 200, "{} {:#}", term.path(), got.body);
                let (expected, found) = (
                    sorted(&all(population), Some(term), descending),
                    ids(&got.body),
                );
                if expected != found {
                    let at = expected.iter().zip(&found).position(|(a, b)| a != b);
                    wrong.push(format!(
                        "{endpoint} {} {order}, from place {at:?}",
                        term.path()
                    ));
                }
            }
        }
    }
    all_agree(&wrong);
}

/// The pages of a walk by cursor, forwards or, from a page, backwards.
fn walk(world: &World, endpoint: &str, search: &Value, first: Value, towards: &str) -> Vec<Value> {
    let mut pages = vec![first];
    while let Some(cursor) = pages[pages.len() - 1][towards].as_str() {
        let mut search = search.clone();
        search["cursor"] = json!(cursor);
        let got = world.search(endpoint, &search);
        assert_eq!(got.status, 200, "{search:#} {:#}", got.body);
        pages.push(got.body);
        if pages.len() > 200 {
            // It has no end.
            break;
        }
    }
    pages
}

/// A list with or without a filter, a sort key, an order, and how much of it is a page.
fn any_list(population: &Population, dice: &mut Dice) -> Option<(Value, Vec<String>)> {
    let filters = Filters::new(population);
    let mut search = json!({ "count": 1 + dice.below(9), "attributes": ["id"] });
    let mut listed = all(population);
    if dice.chance(60) {
        let named = [&USER_TYPE, &GROUP_TYPE].contains(&population.resource_type);
        let filter = if named && dice.chance(50) {
            text_search(population, &filters, dice)
        } else {
            filters.filter(dice)
        };
        let parsed = Filter::parse(&filter).unwrap();
        let Ok(predicate) =
            Predicate::bind(&parsed, population.resource_type, &mut Habits::default())
        else {
            return None;
        };
        listed.retain(|shown| predicate.evaluate(&shown.image));
        search["filter"] = json!(filter);
    }
    let mut term = None;
    if dice.chance(80) {
        let sortable: Vec<Term> = filters
            .terms
            .iter()
            .copied()
            .filter(|term| is_sortable(*term))
            .collect();
        let chosen = *dice.pick(&sortable);
        search["sortBy"] = json!(chosen.path());
        term = Some(chosen);
    }
    let descending = dice.chance(50);
    if descending {
        search["sortOrder"] = json!("descending");
    }
    Some((search, sorted(&listed, term, descending)))
}

/// A list by cursor, both ways, and by index is what the model says, whatever the size of a page.
fn pages_agree(
    world: &World,
    endpoint: &str,
    mut search: Value,
    expected: &[String],
) -> Option<String> {
    let mut by_index = Vec::new();
    while by_index.len() < expected.len() {
        search["startIndex"] = json!(by_index.len() + 1);
        let page = world.search(endpoint, &search).expect(200);
        assert_eq!(page["totalResults"], expected.len(), "{search:#}");
        let found = ids(&page);
        if found.is_empty() {
            break;
        }
        by_index.extend(found);
    }
    search.as_object_mut().unwrap().remove("startIndex");
    let mut first = search.clone();
    first["cursor"] = json!("");
    let first = world.search(endpoint, &first).expect(200);
    let forwards = walk(world, endpoint, &search, first, "nextCursor");
    let mut backwards = walk(
        world,
        endpoint,
        &search,
        forwards[forwards.len() - 1].clone(),
        "previousCursor",
    );
    backwards.reverse();
    for (way, found) in [
        ("by index", by_index),
        ("forwards", forwards.iter().flat_map(ids).collect()),
        ("backwards", backwards.iter().flat_map(ids).collect()),
    ] {
        if found != expected {
            let at = expected
                .iter()
                .zip(&found)
                .position(|(a, b)| a != b)
                .unwrap_or(found.len().min(expected.len()));
            let lengths = (found.len(), expected.len());
            let (found, expected) = (found.get(at), expected.get(at));
            return Some(format!(
                "{endpoint} {search}\n  {way} (found, expected) {lengths:?} at {at}: {found:?}, {expected:?}"
            ));
        }
    }
    None
}

#[test]
fn walks_by_cursor_and_pages_by_index() {
    let world = World::new(50, 40, 25, 40);
    let mut dice = Dice::seeded(51);
    let mut wrong = Vec::new();
    for _ in 0..50 {
        for population in &world.populations {
            if let Some((search, expected)) = any_list(population, &mut dice) {
                wrong.extend(pages_agree(
                    &world,
                    population.resource_type.endpoint,
                    search,
                    &expected,
                ));
            }
        }
    }
    all_agree(&wrong);
}

#[test]
fn a_walk_by_every_attribute() {
    let world = World::new(60, 30, 20, 40);
    let mut wrong = Vec::new();
    for population in &world.populations {
        for term in Term::all(population.resource_type)
            .into_iter()
            .filter(|term| is_sortable(*term))
        {
            // Numbers are what a cursor could carry inexactly: each is the end of a page once.
            let count = if matches!(term.leaf().kind, Type::Decimal | Type::Integer) {
                1
            } else {
                9
            };
            for (order, descending) in [("ascending", false), ("descending", true)] {
                let search = json!({ "sortBy": term.path(), "sortOrder": order, "count": count, "attributes": ["id"] });
                let expected = sorted(&all(population), Some(term), descending);
                wrong.extend(pages_agree(
                    &world,
                    population.resource_type.endpoint,
                    search,
                    &expected,
                ));
            }
        }
    }
    all_agree(&wrong);
}

/// At the root, every type is searched with its own meaning of the filter, and all are one list.
#[test]
fn filters_and_order_at_the_root() {
    let world = World::new(70, 30, 20, 20);
    let types: Vec<&'static ResourceType> = ResourceType::all().collect();
    let shared: Vec<(Term, Vec<Option<Term>>)> = Term::all(&USER_TYPE)
        .into_iter()
        .filter(|term| is_sortable(*term))
        .map(|term| {
            (
                term,
                types
                    .iter()
                    .map(|other| {
                        Term::all(other)
                            .into_iter()
                            .find(|known| known.path() == term.path())
                    })
                    .collect(),
            )
        })
        .collect();
    let mut dice = Dice::seeded(71);
    let mut wrong = Vec::new();
    for _ in 0..400 {
        let population = dice.pick(&world.populations);
        let filter = Filters::new(population).filter(&mut dice);
        let Ok(predicates) = Predicate::bind_across(
            &Filter::parse(&filter).unwrap(),
            &types,
            &mut Habits::default(),
        ) else {
            continue;
        };
        let (term, terms) = dice.pick(&shared);
        let mut keyed = Vec::new();
        for ((population, predicate), term) in world.populations.iter().zip(&predicates).zip(terms)
        {
            let matching = population
                .resources
                .iter()
                .filter(|shown| predicate.evaluate(&shown.image));
            keyed.extend(matching.map(|shown| (*term, shown)));
        }
        let descending = dice.chance(50);
        let order = if descending {
            "descending"
        } else {
            "ascending"
        };
        let search = json!({
            "filter": filter, "sortBy": term.path(), "sortOrder": order, "count": 3 + dice.below(40), "attributes": ["id"],
        });
        wrong.extend(pages_agree(
            &world,
            "",
            search,
            &sorted_each(keyed, descending),
        ));
    }
    all_agree(&wrong);
}

/// A filter in which every bracket holds as much as it can: `a or b and not (c or d and not (…))`.
fn staircase(levels: usize, terms: &[&str], innermost: &str) -> String {
    let mut filter = innermost.to_owned();
    for level in 0..levels {
        let (a, b) = (
            terms[(2 * level) % terms.len()],
            terms[(2 * level + 1) % terms.len()],
        );
        filter = format!("{a} or {b} and not ({filter})");
    }
    filter
}

/// Comparisons that are dear: long values, which are not bound twice; links; value paths.
const DEAR: [&str; 8] = [
    "userName ew \"LONG\"",
    "groups.display sw \"LONG\"",
    "emails[value eq \"LONG\"]",
    "meta.location ew \"LONG\"",
    "groups.$ref ew \"LONG\"",
    "addresses.streetAddress ew \"LONG\"",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName ew \"LONG\"",
    "groups[value eq \"LONG\" and type ew \"LONG\"]",
];

/// A term with a long value of its own.
fn dear(term: &str, number: usize) -> String {
    term.replace("LONG", &format!("{number}{}", "long".repeat(40)))
}

/// A filter finds what it should, and can be asked of the root as well.
fn works(world: &World, filter: &str) -> Vec<String> {
    let mut wrong = Vec::from_iter(disagreement(world, world.of(&USER_TYPE), filter, false));
    let got = world.search("", &json!({ "filter": filter, "sortBy": "displayName" }));
    if got.status != 200 {
        wrong.push(format!(
            "at the root, status {}: {} {filter}",
            got.status, got.body["detail"]
        ));
    }
    wrong
}

/// D1 binds 100 parameters a statement.
#[test]
fn as_many_comparisons_as_allowed_with_long_values() {
    let world = World::new(80, 10, 10, 5);
    let mut wrong = Vec::new();
    for term in DEAR {
        // The last of them has two comparisons.
        let count = 64 / term.matches("LONG").count();
        for joint in [" and ", " or "] {
            wrong.extend(works(
                &world,
                &(0..count)
                    .map(|number| dear(term, number))
                    .collect::<Vec<_>>()
                    .join(joint),
            ));
        }
        let terms: Vec<String> = (0..count)
            .map(|number| format!("not ({})", dear(term, number)))
            .collect();
        wrong.extend(works(&world, &terms.join(" and ")));
    }
    all_agree(&wrong);
}

/// D1's expressions are 100 deep.
#[test]
fn as_many_levels_as_allowed() {
    let world = World::new(82, 10, 10, 5);
    let mut wrong = Vec::new();
    let created = "meta.created gt \"2026-01-01T00:00:00Z\"";
    for innermost in [
        "title ew \"a\"",
        "emails.value co \"a\"",
        "groups.display ew \"a\"",
        created,
    ] {
        for terms in [
            ["title pr", "nickName eq \"a\""],
            ["emails.type ew \"a\"", "userName ew \"b\""],
            ["groups.display ew \"a\"", "groups.type eq \"direct\""],
        ] {
            wrong.extend(works(&world, &staircase(31, &terms, innermost)));
        }
        wrong.extend(works(
            &world,
            &format!("{}{innermost}{}", "not (".repeat(32), ")".repeat(32)),
        ));
    }
    let inside = staircase(18, &["type ew \"a\"", "value co \"b\""], "type ew \"a\"");
    for filter in [
        format!("emails[{inside}]"),
        format!("groups[{inside}]"),
        format!("not (emails[{inside}])"),
    ] {
        wrong.extend(works(&world, &filter));
    }
    all_agree(&wrong);
    // SQLite counts what stands in a sub-query twice.
    let deeper = staircase(31, &["type ew \"a\"", "value co \"b\""], "type ew \"a\"");
    world
        .search("/Users", &json!({ "filter": format!("emails[{deeper}]") }))
        .refused(400, "invalidFilter", "[ ]");
}

/// SQLite counts what stands in a sub-query twice, so brackets in brackets reach its limit sooner.
/// Wherever that is, the filter works on this side of it and is refused on the other.
#[test]
fn filters_of_any_depth_work_or_are_refused() {
    let world = World::new(83, 8, 8, 4);
    let parts = ["type ew \"a\"", "value co \"b\""];
    let mut wrong = Vec::new();
    let mut worked = 0;
    for levels in (1..=31).rev() {
        for outside in [0, 5, 12, 20] {
            for attribute in ["emails", "groups"] {
                let inside = format!("{attribute}[{}]", staircase(levels, &parts, parts[0]));
                let filter = staircase(outside, &["title pr", "displayName sw \"a\""], &inside);
                let got = world.search("/Users", &json!({ "filter": filter }));
                match got.status {
                    200 => {
                        worked += 1;
                        wrong.extend(works(&world, &filter));
                    }
                    400 => got.refused(400, "invalidFilter", ""),
                    status => wrong.push(format!(
                        "status {status}: {levels} levels in {outside} {filter}"
                    )),
                }
            }
        }
    }
    assert!(worked > 100, "{worked}");
    all_agree(&wrong);
}

/// The same property, of filters that shrink to the smallest that shows a disagreement.
#[test]
fn filters_that_shrink() {
    let world = World::new(90, 25, 15, 15);
    let config = Config {
        cases: 600,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let choices = proptest::collection::vec(proptest::num::u16::ANY, 0..60);
    let result = TestRunner::new_with_rng(config, rng).run(&choices, |choices| {
        let mut dice = Dice::chosen(choices);
        let population = dice.pick(&world.populations);
        let filter = Filters::new(population).filter(&mut dice);
        match disagreement(&world, population, &filter, false) {
            None => Ok(()),
            Some(wrong) => Err(TestCaseError::fail(wrong)),
        }
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// A thousand values of one attribute by which resources are looked up; 64 of any other.
#[test]
fn lists_past_their_caps_are_refused() {
    let world = World::new(84, 8, 8, 2);
    let list = |attribute: &str, count: usize| {
        let terms: Vec<String> = (0..count)
            .map(|number| format!("{attribute} eq \"{number}\""))
            .collect();
        terms.join(" or ")
    };
    for attribute in [
        "id",
        "userName",
        "externalId",
        "displayName",
        "emails.value",
        "emails",
        "groups.value",
        "groups",
    ] {
        let search = |count| {
            let filter = list(attribute, count);
            world.search("/Users", &json!({ "filter": filter }))
        };
        search(1_000).expect(200);
        search(1_001).refused(400, "invalidFilter", "more than 1000 values; ask in parts");
    }
    for attribute in [
        "id",
        "displayName",
        "externalId",
        "members.value",
        "members",
    ] {
        let filter = list(attribute, 1_000);
        world
            .search("/Groups", &json!({ "filter": filter }))
            .expect(200);
    }
    for attribute in ["title", "emails.type", "groups.display"] {
        let search = |count| {
            let filter = list(attribute, count);
            world.search("/Users", &json!({ "filter": filter }))
        };
        search(64).expect(200);
        search(65).refused(
            400,
            "invalidFilter",
            "more than 64 comparisons; ask in parts",
        );
    }
    // A list counts as one comparison beside others.
    let ids = list("id", 500);
    for (others, status) in [(63, 200), (64, 400)] {
        let others = vec!["title pr"; others].join(" and ");
        for filter in [
            format!("({ids}) and {others}"),
            format!("{others} and ({ids})"),
        ] {
            let got = world.search("/Users", &json!({ "filter": filter }));
            assert_eq!(got.status, status, "{}", got.body);
        }
    }
    let found: Vec<String> = world
        .of(&USER_TYPE)
        .resources
        .iter()
        .map(|shown| shown.id.clone())
        .collect();
    let terms: Vec<String> = found.iter().map(|id| format!("id eq \"{id}\"")).collect();
    let filter = format!("{} or {}", terms.join(" or "), list("id", 900));
    let got = world
        .search("/Users", &json!({ "filter": filter }))
        .expect(200);
    assert_eq!(self::ids(&got), found);
}

#[test]
fn filters_past_the_caps_are_refused() {
    let world = World::new(81, 2, 2, 2);
    let compared = |count| vec!["title pr"; count].join(" or ");
    let nested = |levels| format!("{}title pr{}", "(".repeat(levels), ")".repeat(levels));
    for endpoint in ["/Users", ""] {
        for allowed in [compared(64), nested(32)] {
            world
                .search(endpoint, &json!({ "filter": allowed }))
                .expect(200);
        }
        for refused in [
            compared(65),
            nested(33),
            format!("emails[{}]", nested(32).replace("title", "type")),
        ] {
            world
                .search(endpoint, &json!({ "filter": refused }))
                .refused(400, "invalidFilter", "");
        }
    }
}

/// U+0000 ends a string for some functions of SQLite, so that no document has one.
#[test]
fn a_null_character_is_refused() {
    let memory = testing::memory::Memory::new();
    let client = testing::client::Client::new(&memory);
    for body in [
        json!({ "userName": "a", "title": "a\u{0}b" }),
        json!({ "userName": "a", "emails": [{ "value": "c\u{0}d" }] }),
    ] {
        client
            .post("/Users", &body)
            .refused(400, "invalidValue", "U+0000");
    }
}
