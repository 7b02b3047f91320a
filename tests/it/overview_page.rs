//! HR's overview: its figures are those of a small trust counted by hand, and one school's HR learn nothing of another.

use seamark::act::Act;
use seamark::identity;
use seamark::people::rules::{AccessRole, PostFlags, RoleGroup};
use seamark::people::{self, NewPost, Person};
use seamark::problem::Result;

use crate::certificates_room::{Trust, day};
use crate::house::browser::{Browser, Page};

/// Twelve people at Oak, of whom six did everything in September, and three at Elm, of whom nobody did anything. The last
/// of Elm's three works at Oak too. It is late November: whoever is not done is overdue.
pub struct Staffed {
    pub trust: Trust,
    pub oak: Vec<Person>,
    pub elm: Vec<Person>,
}

impl Staffed {
    pub fn new() -> Staffed {
        let trust = Trust::new();
        let oak: Vec<Person> = ["Ash", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel", "Ivy", "Juniper"]
            .iter()
            .map(|surname| trust.teacher("Robin", &format!("{surname}quill"), trust.oak))
            .collect();
        let more = ["Sam", "Kit"].iter().map(|forename| trust.teacher(forename, "Larchquill", trust.oak));
        let oak: Vec<Person> = oak.into_iter().chain(more).collect();
        let elm: Vec<Person> =
            ["Maple", "Nettle", "Oleander"].iter().map(|name| trust.teacher("Wren", name, trust.elm)).collect();
        also_works_at(&trust, &elm[2], trust.oak);
        trust.it_is("2026-09-28");
        oak[..6].iter().for_each(|person| {
            trust.completes_everything(person);
        });
        trust.it_is("2026-11-24");
        Staffed { trust, oak, elm }
    }

    /// The same person with a role, of the whole trust or of one school, signed in.
    pub fn as_holder(&self, person: &Person, role: AccessRole, school: Option<i64>) -> Browser<'_> {
        let (holder, today) = (person.clone(), self.trust.clock.now().day());
        self.trust.act(move |act| identity::grant(act, &holder, role, school, today, None));
        Browser::of(&self.trust.app, person.id)
    }
}

fn also_works_at(trust: &Trust, person: &Person, school: i64) {
    let person = person.clone();
    trust.act(move |act| second_post(act, &person, school));
}

fn second_post(act: &mut Act, person: &Person, school: i64) -> Result<()> {
    let post = NewPost {
        school,
        job_title: "Teacher".to_owned(),
        role_group: RoleGroup::Teacher,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: day("2021-09-01"),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::add_post(act, person, &post).map(|_| ())
}

/// The figures on the five cards.
fn cards(page: &Page) -> Vec<String> {
    let words = page.words();
    let cards = words.split("<li class=\"card ").skip(1);
    cards.map(|card| card.split("<b>").nth(1).unwrap().split("</b>").next().unwrap().to_owned()).collect()
}

#[test]
fn the_five_groups_and_the_schools_are_as_counted_by_hand() {
    let staffed = Staffed::new();
    let page = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None).opens("/overview");
    assert_eq!(page.status, 200, "{}", page.words());
    assert!(page.says("40% of staff are up to date"), "6 of 15: {}", page.words());
    assert_eq!(cards(&page), ["6", "9", "0", "0", "0"]);
    assert!(page.says("of 15 people who count"));
    // Six of the thirteen with a post at Oak; the one who works at both counts in each.
    assert_eq!(page.words().matches(">46%<span").count(), 7);
    assert_eq!(page.words().matches(">0%<span").count(), 7);
    assert_eq!(page.words().matches("name=\"person\"").count(), 9);
    assert!(page.says("Chase 9 people"));
    assert!(page.says("There are no figures for last year."));
}

#[test]
fn what_was_finished_a_moment_ago_is_counted() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[0], AccessRole::HR, None);
    assert_eq!(cards(&hr.opens("/overview"))[0], "6");
    staffed.trust.completes_everything(&staffed.oak[7]);
    assert_eq!(cards(&hr.opens("/overview"))[0], "7");
}

#[test]
fn one_schools_hr_learn_nothing_of_another_school() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.elm[0], AccessRole::HR, Some(staffed.trust.elm));
    let page = hr.opens("/overview");
    assert!(page.says("0% of staff are up to date"), "{}", page.words());
    assert_eq!(cards(&page), ["0", "3", "0", "0", "0"]);
    assert!(page.says("Oleander, Wren"), "who works at Oak too is seen");
    for other in ["Oak", "Ashquill", "Larchquill"] {
        assert!(!page.says(other), "{other}: {}", page.words());
    }
    assert_eq!(hr.opens("/overview?school=123456").status, 404);
    assert!(!hr.opens("/reports").says("Oak"));
}

#[test]
fn nobody_else_has_an_overview() {
    let staffed = Staffed::new();
    let governor = staffed.as_holder(&staffed.oak[0], AccessRole::Governor, None);
    assert_eq!(governor.opens("/overview").status, 404);
    assert_eq!(Browser::of(&staffed.trust.app, staffed.oak[1].id).opens("/overview").status, 404);
}

#[test]
fn hr_see_which_lines_of_their_schools_cards_are_still_empty() {
    let staffed = Staffed::new();
    let hr = staffed.as_holder(&staffed.oak[7], AccessRole::HR, Some(staffed.trust.oak));
    let page = hr.opens("/overview");
    assert!(page.says("lines that are still empty") && page.says("Designated safeguarding lead"), "{}", page.words());
    assert!(!page.says("Elm"), "one school’s HR read of their own card alone");
    let (oak, library) = (staffed.trust.oak, staffed.trust.app.library());
    staffed.trust.act(move |act| {
        library.cards.0.iter().try_for_each(|card| people::set_card(act, Some(oak), &card.slot, "Jo Marsh"))
    });
    assert!(!hr.opens("/overview").says("lines that are still empty"));
}
