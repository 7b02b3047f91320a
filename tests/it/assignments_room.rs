//! Assignments in the database: what is asked comes true, once, and everything that is known of it can be proved later.

use std::collections::BTreeSet;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use seamark::assignments::calendar::{AcademicYear, CalendarSpan, SpanKind};
use seamark::assignments::rules::{DueRule, Every, Standing};
use seamark::assignments::{
    self, Assignment, BATCH, Completed, Completion, Means, Reconciled, Terms, Training, Whom, Wish,
};
use seamark::clock::{Day, Instant};
use seamark::courses::{self, Kind, Library, Programme, files::Folder};
use seamark::db::Conn;
use seamark::each_backend;
use seamark::evidence::verify::{Covered, verify};
use seamark::evidence::{Actor, Draft};
use seamark::people::rules::{Audience, PostFlags, RoleGroup, Urn};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::{Problem, Result};

use crate::house::House;

const OAK: &str = "123456";
const ELM: &str = "654321";
const YEAR: AcademicYear = AcademicYear(2026);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A trust of two schools with the programme that every new trust gets, asked since September 2025.
struct Trust {
    house: House,
    oak: i64,
    elm: i64,
}

impl Trust {
    fn new() -> Trust {
        let trust = Trust::without_requirements();
        trust.house.act(|act| {
            let folder = Folder::built_in();
            let programme = Programme::read(&folder).map_err(|_| Problem::fault("programme"))?;
            assignments::programme(act, &programme, day("2025-09-01"))
        });
        trust
    }

    fn without_requirements() -> Trust {
        let house = House::new();
        house.it_is("2026-09-07", "09:00");
        let [oak, elm] = [(OAK, "Oak Primary"), (ELM, "Elm Academy")].map(|(urn, name)| {
            let urn = Urn::parse(urn).unwrap();
            house.act(move |act| people::add_school(act, &urn, name))
        });
        Trust { house, oak, elm }
    }

    fn post(&self, role_group: RoleGroup, from: &str) -> NewPost {
        NewPost {
            school: self.oak,
            job_title: role_group.to_string(),
            role_group,
            employment_type: String::new(),
            fte_basis_points: None,
            term_time_only: None,
            flags: PostFlags::default(),
            from: day(from),
            until: None,
            manager: None,
            manager_named: None,
        }
    }

    /// A teacher at Oak since long ago, on the list since 7 September.
    fn teacher(&self, forename: &str) -> Person {
        self.person(forename, self.post(RoleGroup::Teacher, "2020-09-01"))
    }

    fn person(&self, forename: &str, post: NewPost) -> Person {
        let new = NewPerson { forename: forename.to_owned(), surname: "Reed".to_owned(), ..NewPerson::default() };
        self.house.act(move |act| {
            let person = people::add_person(act, &new)?;
            people::add_post(act, &person, &post)?;
            Ok(person)
        })
    }

    /// What the round does: until nobody is left.
    fn reconcile(&self) -> Reconciled {
        let mut all = Reconciled::default();
        loop {
            let now = self.house.now();
            let some = self.house.read(|conn| assignments::unreconciled(conn, now, BATCH));
            if some.is_empty() {
                return all;
            }
            let did = self.house.act(move |act| assignments::reconcile(act, &some));
            all.made += did.made;
            all.moved_due += did.moved_due;
            all.withdrawn += did.withdrawn;
        }
    }

    fn training(&self, person: &Person) -> Vec<Assignment> {
        let now = self.house.now();
        self.house.read(|conn| assignments::my_training(conn, person.id, now))
    }

    fn due_days(&self, person: &Person) -> BTreeSet<Day> {
        let now = self.house.now();
        self.training(person).iter().filter_map(|one| one.status(now).due).collect()
    }

    fn one(&self, person: &Person, slug: &str) -> Assignment {
        let now = self.house.now();
        let kind = if slug == "social-media-policy" { Kind::Policy } else { Kind::Course };
        self.house.read(|conn| assignments::assignment_for(conn, person.id, kind, slug, now))
    }

    /// Passes a course now.
    fn passes(&self, person: &Person, slug: &str) -> bool {
        let assignment = self.one(person, slug);
        self.house.act(move |act| pass(act, assignment.id)).is_new()
    }

    fn standing(&self, person: &Person, slug: &str) -> Standing {
        self.one(person, slug).status(self.house.now()).standing
    }

    fn all_as_at(&self, person: &Person, instant: Instant) -> Vec<(String, Standing)> {
        let found = self.house.read(|conn| assignments::facts_of(conn, Whom::People(&[person.id]), YEAR));
        let asked = found.iter().flat_map(|training| training.asked_at(instant));
        asked.map(|one| (one.slug.clone(), one.status(instant).standing)).collect()
    }
}

fn pass(act: &mut seamark::act::Act, assignment: i64) -> Result<Completed> {
    let completion = Completion {
        means: Means::PassedAttempt,
        content_version: "v1".to_owned(),
        at: act.now,
        connection_recorded: false,
    };
    let completed = assignments::complete(act, assignment, &completion)?;
    let entry = completed.in_entry(Draft::new("attempt-finished")?)?;
    act.record(entry);
    Ok(completed)
}

// ── what is asked

#[test]
fn each_role_is_asked_for_its_own_part_of_the_programme() {
    let trust = Trust::new();
    let supply = trust.person("Sol", trust.post(RoleGroup::Supply, "2026-09-01"));
    let placement = NewPost { employment_type: "placement".to_owned(), ..trust.post(RoleGroup::Trainee, "2026-09-01") };
    let placement = trust.person("Pia", placement);
    let salaried = trust.person("Sal", trust.post(RoleGroup::Trainee, "2026-09-01"));
    let volunteer = trust.person("Vi", trust.post(RoleGroup::Volunteer, "2026-09-01"));
    let governor = trust.person("Gus", trust.post(RoleGroup::Governor, "2026-09-01"));
    let head = trust.person("Hal", trust.post(RoleGroup::Leadership, "2020-09-01"));
    let office = trust.person("Ola", trust.post(RoleGroup::Office, "2020-09-01"));
    let flagged = PostFlags { leadership: true, account_administrator: true, takes_images: true };
    let flagged = trust.person("Fay", NewPost { flags: flagged, ..trust.post(RoleGroup::Teacher, "2020-09-01") });
    trust.reconcile();
    let slugs = |person: &Person| -> Vec<String> { trust.training(person).into_iter().map(|one| one.slug).collect() };
    let short = ["short-induction", "social-media-policy"];
    assert_eq!(
        (slugs(&supply), slugs(&placement)),
        (short.map(str::to_owned).to_vec(), short.map(str::to_owned).to_vec())
    );
    assert_eq!((slugs(&salaried).len(), slugs(&volunteer).len()), (7, 0));
    let programme = Programme::read(&Folder::built_in()).unwrap();
    let beyond = |person: &Person| -> Vec<String> {
        let for_all = |slug: &String| programme.requires.iter().any(|line| line.slug == *slug && line.who.staff);
        slugs(person).into_iter().filter(|slug| !for_all(slug)).collect()
    };
    let there = |wanted: &[&str]| -> Vec<String> {
        wanted
            .iter()
            .filter(|slug| programme.requires.iter().any(|line| line.slug == **slug))
            .map(|slug| slug.to_string())
            .collect()
    };
    assert_eq!(beyond(&head), there(&["leading-social-media"]));
    assert_eq!(beyond(&office), there(&["parents-and-carers"]));
    let all =
        ["leading-social-media", "school-accounts", "images-and-video", "parents-and-carers", "school-account-check"];
    assert_eq!(beyond(&flagged), there(&all));
    assert_eq!(beyond(&governor), there(&["governors-and-trustees"]));
}

#[test]
fn what_is_offered_is_taken_up_by_choice_and_is_never_late_or_withdrawn() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let mut programme = Programme::read(&Folder::built_in()).unwrap();
    let offered = programme.requires.iter().find(|line| line.slug == "short-induction").unwrap().clone();
    programme.offers = vec![offered];
    let takes_up = || {
        let (programme, ben) = (programme.clone(), ben.id);
        trust.house.act(move |act| assignments::take_up(act, &programme, ben, Kind::Course, "short-induction"))
    };
    let taken = takes_up();
    assert_eq!(takes_up().id, taken.id, "it is taken up once");
    assert_eq!(taken.status(trust.house.now()).standing, Standing::Exempt);
    trust.house.it_is("2027-08-20", "09:00");
    assert_eq!(trust.reconcile().withdrawn, 0);
    assert_eq!(trust.standing(&ben, "short-induction"), Standing::Exempt);
    assert!(trust.passes(&ben, "short-induction"));
    assert!(matches!(trust.standing(&ben, "short-induction"), Standing::Completed { late: false, .. }));
    let other = programme.clone();
    let refused = trust.house.try_act(Actor::system(), move |act| {
        assignments::take_up(act, &other, ben.id, Kind::Course, "acceptable-use-of-boats")
    });
    assert!(matches!(refused, Err(Problem::NotFound)));
}

#[test]
fn a_new_trust_asks_seven_things_of_all_staff_and_three_of_governors() {
    let trust = Trust::new();
    let (ben, gail) = (trust.teacher("Ben"), trust.person("Gail", trust.post(RoleGroup::Governor, "2020-09-01")));
    assert_eq!(trust.reconcile(), Reconciled { made: 10, moved_due: 0, withdrawn: 0 });
    let slugs: Vec<String> = trust.training(&ben).into_iter().map(|one| one.slug).collect();
    assert_eq!(
        slugs,
        [
            "acceptable-use",
            "social-media-risks",
            "privacy-settings",
            "data-protection",
            "reporting-issues",
            "privacy-check",
            "social-media-policy"
        ]
    );
    let governors: Vec<String> = trust.training(&gail).into_iter().map(|one| one.slug).collect();
    assert_eq!(governors, ["social-media-risks", "reporting-issues", "governors-and-trustees"]);
    assert_eq!(trust.due_days(&ben), BTreeSet::from([day("2026-11-02")]));
    let facts = trust.one(&ben, "acceptable-use").facts;
    assert_eq!((facts.opens, facts.closes), (day("2026-09-01"), day("2027-08-31")));
    assert_eq!(
        facts.dues[0].what.why,
        "Due 2 November: everybody’s is due by 31 October. 31 October is not a working day for you."
    );
}

#[test]
fn reconciling_again_does_nothing_and_a_stopped_round_goes_on_where_it_was() {
    let trust = Trust::new();
    let people: Vec<Person> = ["Ann", "Ben", "Cas"].iter().map(|name| trust.teacher(name)).collect();
    let first = vec![people[0].id];
    let did = trust.house.act(move |act| assignments::reconcile(act, &first));
    assert_eq!(did.made, 7);
    assert_eq!(trust.reconcile().made, 14);
    assert_eq!(trust.reconcile(), Reconciled::default());
    let everybody: Vec<i64> = people.iter().map(|person| person.id).collect();
    assert_eq!(trust.house.act(move |act| assignments::reconcile(act, &everybody)), Reconciled::default());
}

#[test]
fn a_post_that_begins_next_week_asks_nothing_until_then() {
    let trust = Trust::new();
    let ben = trust.person("Ben", trust.post(RoleGroup::Office, "2026-09-14"));
    assert_eq!(trust.reconcile().made, 0);
    trust.house.it_is("2026-09-14", "00:01");
    assert_eq!(trust.reconcile().made, 8);
    assert_eq!(trust.due_days(&ben), BTreeSet::from([day("2026-11-02")]));
}

#[test]
fn two_changes_in_one_millisecond_are_both_seen() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let who = ben.clone();
    trust.house.act(move |act| people::pause(act, &who, day("2026-10-01"), Some(day("2026-12-04"))));
    assert_eq!(trust.reconcile().moved_due, 7);
    let who = ben.clone();
    trust.house.act(move |act| people::pause(act, &who, day("2026-12-07"), Some(day("2026-12-11"))));
    assert_eq!(trust.reconcile().moved_due, 7);
}

#[test]
fn next_september_asks_again() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    trust.house.it_is("2027-09-01", "06:00");
    assert_eq!(trust.reconcile(), Reconciled { made: 7, moved_due: 0, withdrawn: 0 });
    assert!(trust.training(&ben).iter().all(|one| one.round == 1 && one.cycle.to_string() == "2027/28"));
    let last_year = trust.all_as_at(&ben, trust.house.now());
    let done = |standing: &Standing| matches!(standing, Standing::Completed { late: false, .. });
    assert!(last_year.iter().all(|(slug, standing)| match slug.as_str() {
        "acceptable-use" => done(standing),
        _ => *standing == Standing::EndedUndone,
    }));
}

#[test]
fn whoever_leaves_keeps_what_they_did_and_is_asked_no_more() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    let before = trust.house.now();
    let who = ben.clone();
    trust.house.act(move |act| people::leave(act, &who, day("2026-10-02")));
    assert_eq!(trust.reconcile(), Reconciled::default());
    trust.house.it_is("2026-10-03", "00:01");
    assert_eq!(trust.reconcile(), Reconciled { made: 0, moved_due: 0, withdrawn: 6 });
    assert_eq!(trust.all_as_at(&ben, trust.house.now()).len(), 1);
    assert_eq!(trust.all_as_at(&ben, before).len(), 7);
}

#[test]
fn somebody_who_comes_back_the_same_year_is_asked_the_rest_again() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    let who = ben.clone();
    trust.house.act(move |act| people::leave(act, &who, day("2026-09-10")));
    trust.house.it_is("2026-09-11", "09:00");
    trust.reconcile();
    let (who, post) = (ben.clone(), trust.post(RoleGroup::Teacher, "2026-09-21"));
    trust.house.act(move |act| people::add_post(act, &who, &post));
    trust.house.it_is("2026-09-21", "09:00");
    assert_eq!(trust.reconcile().made, 6);
    assert!(trust.standing(&ben, "acceptable-use").is_completed());
}

#[test]
fn a_requirement_that_comes_round_every_twelve_months_opens_anew_eight_weeks_before() {
    let trust = Trust::without_requirements();
    let terms = Terms {
        audience: Audience::all_staff(),
        every: Every::Months(12),
        due: DueRule::default(),
        from: day("2026-09-07"),
        until: None,
    };
    trust.house.act(move |act| assignments::add_requirement(act, Kind::Course, "data-protection", 1, &terms));
    let ben = trust.teacher("Ben");
    assert_eq!(trust.reconcile().made, 1);
    trust.house.it_is("2026-10-05", "10:00");
    assert!(trust.passes(&ben, "data-protection"));
    assert_eq!(trust.reconcile(), Reconciled::default());
    trust.house.it_is("2027-08-11", "10:00");
    assert_eq!(trust.reconcile().made, 1);
    assert!(!trust.standing(&ben, "data-protection").is_completed());
}

#[test]
fn a_course_edit_marked_retake_opens_the_next_round_for_everybody_but_not_for_a_new_trust() {
    let trust = Trust::new();
    let first = Folder::built_in();
    let read = |folder: &Folder| std::sync::Arc::new(Library::of(folder).0);
    let library = read(&first);
    trust.house.act(move |act| courses::store_contents(act, &library));
    let (ann, ben) = (trust.teacher("Ann"), trust.teacher("Ben"));
    assert_eq!(trust.reconcile().made, 14);
    trust.passes(&ann, "acceptable-use");
    let before = trust.house.now();

    trust.house.it_is("2026-11-24", "09:00");
    let path = "modules/acceptable-use/course.toml";
    let file = String::from_utf8(first.bytes(path).unwrap().to_vec()).unwrap();
    let edit = "[[change]]\ndate = 2026-11-20\nkind = \"retake\"\nwhat = \"A new rule\"\n\n[[change]]";
    let second =
        first.overlaid_with(&Folder::new([(path.to_owned(), file.replacen("[[change]]", edit, 1).into_bytes())]));
    let library = read(&second);
    trust.house.act(move |act| courses::store_contents(act, &library));
    let third = second.overlaid_with(&Folder::new([("modules/acceptable-use/note.md".to_owned(), vec![])]));
    let library = read(&third);
    trust.house.act(move |act| courses::store_contents(act, &library));

    assert_eq!(trust.reconcile(), Reconciled { made: 2, moved_due: 0, withdrawn: 1 });
    for who in [&ann, &ben] {
        let again = trust.one(who, "acceptable-use");
        assert_eq!((again.round, again.facts.opens), (2, day("2026-11-24")));
        assert_eq!(
            again.facts.dues[0].what.why,
            "Due 5 January: this changed on 24 November, and you have 20 working days from then."
        );
    }
    let was = trust.all_as_at(&ann, before);
    assert!(was.iter().any(|(slug, standing)| slug == "acceptable-use" && standing.is_completed()));
    assert!(trust.all_as_at(&ann, trust.house.now()).iter().all(|(_, standing)| !standing.is_completed()));
}

// ── changes, and what they would do

#[test]
fn a_preview_says_what_a_new_due_day_would_do_and_does_nothing() {
    let trust = Trust::new();
    let (ann, ben) = (trust.teacher("Ann"), trust.teacher("Ben"));
    trust.reconcile();
    trust.passes(&ann, "data-protection");
    let now = trust.house.now();
    let (foreseen, id, terms) = trust.house.read(|conn| {
        let mut rules = assignments::standing_rules(conn)?;
        let place = rules.requirements.iter().position(|one| one.slug == "data-protection").unwrap();
        let terms = Terms {
            due: DueRule { month: 12, day_of_month: 4, starter_days: 20 },
            ..rules.requirements[place].terms()
        };
        rules.requirements[place] = rules.requirements[place].under(&terms);
        let foreseen = assignments::would_reconcile(conn, &[ann.id, ben.id], &rules, now)?;
        Ok((foreseen, rules.requirements[place].id(), terms))
    });
    assert_eq!((foreseen.made.len(), foreseen.moves.len(), foreseen.withdrawn.len()), (0, 1, 0));
    assert_eq!(foreseen.people, BTreeSet::from([ben.id]));
    assert_eq!((foreseen.moves[0].from, foreseen.moves[0].to), (day("2026-11-02"), day("2026-12-04")));
    assert_eq!(trust.reconcile(), Reconciled::default());

    trust.house.it_is("2026-09-08", "09:00");
    trust.house.act(move |act| assignments::change_requirement(act, id, &terms));
    assert_eq!(trust.reconcile(), Reconciled { made: 0, moved_due: 1, withdrawn: 0 });
    assert_eq!(trust.due_days(&ben), BTreeSet::from([day("2026-11-02"), day("2026-12-04")]));
    let last_night = day("2026-09-07").end();
    let then = trust.house.read(|conn| assignments::facts_of(conn, Whom::All, YEAR));
    let due_then = |training: &Training| -> BTreeSet<Option<Day>> {
        training.asked_at(last_night).iter().map(|one| one.status(last_night).due).collect()
    };
    assert!(then.iter().all(|training| due_then(training) == BTreeSet::from([Some(day("2026-11-02"))])));
    let requirement_then = trust.house.read(|conn| assignments::requirements_as_at(conn, last_night));
    let of_ben = requirement_then.iter().filter(|one| one.slug != "short-induction");
    assert!(of_ben.map(|one| one.rule.due).all(|due| due == DueRule::default()));
}

#[test]
fn a_requirement_for_fewer_people_lets_the_others_go() {
    let trust = Trust::new();
    let (ben, pam) = (trust.teacher("Ben"), trust.person("Pam", trust.post(RoleGroup::Office, "2020-09-01")));
    trust.reconcile();
    let asked = trust.house.read(assignments::requirements);
    let (id, terms) = (asked[0].id(), asked[0].terms());
    let audience = Audience { role_groups: vec![RoleGroup::Office], ..Audience::default() };
    trust.house.act(move |act| {
        assignments::change_requirement(act, id, &Terms { audience: audience.clone(), ..terms.clone() })
    });
    assert_eq!(trust.reconcile(), Reconciled { made: 0, moved_due: 0, withdrawn: 1 });
    assert_eq!((trust.training(&ben).len(), trust.training(&pam).len()), (6, 8));
}

#[test]
fn what_was_done_late_is_in_time_once_the_due_day_is_put_right_and_nothing_done_becomes_late() {
    let trust = Trust::new();
    let (ann, ben) = (trust.teacher("Ann"), trust.teacher("Ben"));
    trust.reconcile();
    trust.house.it_is("2026-10-20", "09:00");
    trust.passes(&ann, "acceptable-use");
    trust.house.it_is("2026-11-20", "09:00");
    trust.passes(&ben, "acceptable-use");
    assert_eq!(trust.standing(&ben, "acceptable-use"), Standing::Completed { late: true, connection_recorded: false });
    let asked = trust.house.read(assignments::requirements);
    let (id, terms) = (asked[0].id(), asked[0].terms());
    let due_on = |month, day_of_month| {
        let due = DueRule { month, day_of_month, starter_days: 20 };
        let terms = Terms { due, ..terms.clone() };
        trust.house.act(move |act| assignments::change_requirement(act, id, &terms));
        trust.reconcile().moved_due
    };
    assert_eq!(due_on(12, 4), 1);
    assert_eq!(due_on(10, 1), 0);
    let in_time = Standing::Completed { late: false, connection_recorded: false };
    assert_eq!([&ann, &ben].map(|who| trust.standing(who, "acceptable-use")), [in_time, in_time]);
}

#[test]
fn a_schools_own_half_term_moves_its_people_and_nobody_elses() {
    let trust = Trust::new();
    let joined = NewPost { from: day("2026-10-05"), ..trust.post(RoleGroup::Teacher, "2026-10-05") };
    let at_elm = NewPost { school: trust.elm, ..joined.clone() };
    trust.house.it_is("2026-10-05", "09:00");
    let (oak, elm) = (trust.person("Oakley", joined), trust.person("Elmer", at_elm));
    trust.reconcile();
    assert_eq!([&oak, &elm].map(|who| trust.due_days(who)), [(); 2].map(|()| BTreeSet::from([day("2026-11-09")])));

    let spans: Vec<CalendarSpan> = trust.house.read(|conn| {
        let calendars = assignments::calendars(conn)?;
        let usual = calendars.of(&Urn::parse(ELM).unwrap()).spans(YEAR).into_iter().cloned();
        Ok(usual
            .map(|span| match span.kind == SpanKind::HalfTerm && span.from == day("2026-10-26") {
                true => CalendarSpan { from: day("2026-10-19"), ..span },
                false => span,
            })
            .collect())
    });
    let (school, own) = (trust.elm, spans.clone());
    trust.house.act(move |act| assignments::replace_term_dates(act, Some(school), YEAR, &own));
    assert_eq!(trust.reconcile().moved_due, 7);
    assert_eq!(trust.due_days(&elm), BTreeSet::from([day("2026-11-16")]));
    assert_eq!(trust.due_days(&oak), BTreeSet::from([day("2026-11-09")]));

    trust.house.it_is("2026-10-06", "09:00");
    trust.house.act(move |act| assignments::replace_term_dates(act, Some(school), YEAR, &[]));
    assert_eq!(trust.reconcile().moved_due, 7);
    assert_eq!(trust.due_days(&elm), BTreeSet::from([day("2026-11-09")]));
    let then = day("2026-10-05").end();
    let calendars = trust.house.read(|conn| assignments::calendars_as_at(conn, then));
    assert!(!calendars.of(&Urn::parse(ELM).unwrap()).is_working_day(day("2026-10-19"), true));
}

#[test]
fn term_dates_that_cannot_be_meant_are_complained_of() {
    let trust = Trust::new();
    let span = |from: &str, until: &str| CalendarSpan {
        kind: SpanKind::HalfTerm,
        name: "Half-term".to_owned(),
        from: day(from),
        until: day(until),
    };
    for wrong in [span("2026-10-30", "2026-10-26"), span("2026-10-26", "2027-10-30")] {
        let told = trust.house.try_act(Actor::system(), move |act| assignments::set_term_date(act, None, &wrong));
        assert!(matches!(told, Err(Problem::Invalid(complaints)) if complaints.get("last_day").is_some()));
    }
}

// ── completing

#[test]
fn an_assignment_is_completed_once() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    assert!(trust.passes(&ben, "acceptable-use"));
    assert!(!trust.passes(&ben, "acceptable-use"));
    assert!(trust.standing(&ben, "acceptable-use").is_completed());
}

#[test]
fn of_ten_who_complete_one_assignment_at_once_one_does() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let id = trust.one(&ben, "acceptable-use").id;
    let won: usize = std::thread::scope(|scope| {
        let house = &trust.house;
        let goes: Vec<_> = (0..10).map(|_| scope.spawn(move || house.act(move |act| pass(act, id)).is_new())).collect();
        goes.into_iter().map(|go| usize::from(go.join().unwrap())).sum()
    });
    assert_eq!(won, 1);
}

#[test]
fn reconciling_the_same_people_at_once_makes_each_assignment_once() {
    let trust = Trust::new();
    let people: Vec<i64> = (0..20).map(|number| trust.teacher(&format!("Teacher{number}")).id).collect();
    let made: usize = std::thread::scope(|scope| {
        let (house, people) = (&trust.house, &people);
        let go = || {
            let people = people.clone();
            house.act(move |act| assignments::reconcile(act, &people)).made
        };
        let goes: Vec<_> = (0..4).map(|_| scope.spawn(go)).collect();
        goes.into_iter().map(|go| go.join().unwrap()).sum()
    });
    assert_eq!(made, 140);
}

#[test]
fn what_is_not_asked_of_somebody_does_not_exist_for_them() {
    let trust = Trust::new();
    let gail = trust.person("Gail", trust.post(RoleGroup::Governor, "2020-09-01"));
    trust.reconcile();
    let now = trust.house.now();
    let found = trust
        .house
        .database
        .read(|conn| assignments::assignment_for(conn, gail.id, Kind::Course, "acceptable-use", now));
    assert!(matches!(found, Err(Problem::NotFound)));
}

// ── exemptions

#[test]
fn an_exemption_holds_from_its_first_day_to_its_last() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let data_protection = trust.one(&ben, "data-protection").requirement;
    let who = ben.clone();
    let id = trust.house.act(move |act| {
        assignments::exempt(act, &who, Some(data_protection), "Trains others in it", day("2026-09-07"), None)
    });
    assert_eq!(trust.standing(&ben, "data-protection"), Standing::Exempt);
    assert_eq!(trust.standing(&ben, "acceptable-use"), Standing::Due);
    trust.house.it_is("2026-09-20", "09:00");
    let who = ben.clone();
    trust.house.act(move |act| assignments::end_exemption(act, &who, id, day("2026-09-20")));
    assert_eq!(trust.standing(&ben, "data-protection"), Standing::Exempt);
    trust.house.it_is("2026-09-21", "09:00");
    assert_eq!(trust.standing(&ben, "data-protection"), Standing::Due);
}

#[test]
fn an_exemption_from_all_that_was_a_mistake_is_taken_back_and_still_shows_as_it_was() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let who = ben.clone();
    let id = trust.house.act(move |act| assignments::exempt(act, &who, None, "On secondment", day("2026-09-07"), None));
    let then = trust.house.now();
    trust.house.it_is("2026-09-08", "09:00");
    let who = ben.clone();
    trust.house.act(move |act| assignments::end_exemption(act, &who, id, day("2026-09-06")));
    let all = |instant| trust.all_as_at(&ben, instant).into_iter().map(|(_, standing)| standing);
    assert!(all(then).all(|standing| standing == Standing::Exempt));
    assert!(all(trust.house.now()).all(|standing| standing == Standing::Due));
    let (who, nobody) = (ben.clone(), trust.teacher("Ann"));
    let again =
        trust.house.try_act(Actor::system(), move |act| assignments::end_exemption(act, &who, id, day("2026-09-06")));
    assert!(matches!(again, Err(Problem::NotFound)));
    let empty = trust.house.try_act(Actor::system(), move |act| {
        assignments::exempt(act, &nobody, None, "  ", day("2026-09-07"), Some(day("2026-09-01")))
    });
    assert!(matches!(empty, Err(Problem::Invalid(_))));
}

// ── extensions

#[test]
fn more_time_holds_from_when_it_is_given_until_it_is_taken_back_and_still_shows_as_it_was() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    let one = trust.one(&ben, "data-protection");
    let of = (one.requirement, one.cycle);
    let before = trust.house.now();
    trust.house.it_is("2026-11-03", "09:00");
    assert_eq!(trust.standing(&ben, "data-protection"), Standing::Overdue { days: 1 });
    let give = |until: &str| {
        let (who, until) = (ben.clone(), day(until));
        let wish = Wish { what: vec![of], until, reason: "Cover for a colleague".to_owned() };
        trust.house.act(move |act| assignments::extend(act, &who, &wish));
    };
    give("2026-12-11");
    let then = trust.house.now();
    assert_eq!(trust.standing(&ben, "data-protection"), Standing::Due);
    assert!(trust.standing(&ben, "acceptable-use").is_overdue(), "nothing else has more time");
    let why = trust.one(&ben, "data-protection").status(then).why;
    assert_eq!(why, "Due 11 December: you were given more time, until 11 December.");
    assert_eq!(trust.reconcile().moved_due, 0, "the due day moved in the same act");

    trust.house.it_is("2026-11-04", "09:00");
    give("2026-12-04");
    assert_eq!(trust.one(&ben, "data-protection").status(trust.house.now()).due, Some(day("2026-12-04")));
    trust.house.it_is("2026-11-05", "09:00");
    let (who, (requirement, cycle)) = (ben.clone(), of);
    trust.house.act(move |act| assignments::end_extension(act, &who, requirement, cycle));
    assert!(trust.standing(&ben, "data-protection").is_overdue());
    let as_at = |instant: Instant| {
        let year = trust.house.read(|conn| assignments::assignments_of(conn, ben.id, YEAR));
        year.iter().find(|found| found.id == one.id).unwrap().status(instant).due
    };
    assert_eq!([as_at(before), as_at(then)], [Some(day("2026-11-02")), Some(day("2026-12-11"))]);

    let who = ben.clone();
    let again =
        trust.house.try_act(Actor::system(), move |act| assignments::end_extension(act, &who, requirement, cycle));
    assert!(matches!(again, Err(Problem::NotFound)));
    for (until, reason) in [("2026-11-04", "Past"), ("2027-09-01", "Next year"), ("2026-12-04", " ")] {
        let (who, wish) = (ben.clone(), Wish { what: vec![of], until: day(until), reason: reason.to_owned() });
        let refused = trust.house.try_act(Actor::system(), move |act| assignments::extend(act, &who, &wish));
        assert!(matches!(refused, Err(Problem::Invalid(_))), "{until} {reason}");
    }
}

// ── reading

#[test]
fn my_training_takes_two_statements_and_says_what_the_whole_facts_say() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    let (who, data_protection) = (ben.clone(), trust.one(&ben, "data-protection").requirement);
    trust.house.act(move |act| {
        people::pause(act, &who, day("2026-10-01"), Some(day("2026-10-09")))?;
        assignments::exempt(act, &who, Some(data_protection), "Trains others in it", day("2026-09-07"), None)
    });
    trust.reconcile();
    for today in ["2026-09-08", "2026-10-05", "2026-12-01"] {
        trust.house.it_is(today, "09:00");
        trust.reconcile();
        let now = trust.house.now();
        let told = |one: &Assignment| (one.id, one.status(now));
        let (mine, statements) =
            trust.house.read(|conn| counted(conn, |conn| assignments::my_training(conn, ben.id, now)));
        let whole = trust.house.read(|conn| assignments::facts_of(conn, Whom::People(&[ben.id]), YEAR));
        let whole: Vec<_> = whole[0].asked_at(now).into_iter().map(told).collect();
        assert_eq!(mine.iter().map(told).collect::<Vec<_>>(), whole);
        assert_eq!(statements, 2);
    }
}

/// How many statements a look at the database takes.
fn counted<T>(conn: &mut Conn, look: impl FnOnce(&mut Conn) -> Result<T>) -> Result<(T, usize)> {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counting.fetch_add(1, Ordering::Relaxed);
        }
    });
    let seen = look(conn)?;
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    Ok((seen, count.load(Ordering::Relaxed)))
}

#[test]
fn an_assignment_can_be_looked_up_by_itself() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    let mine = trust.one(&ben, "acceptable-use");
    let found = trust.house.read(|conn| assignments::assignment(conn, mine.id));
    assert_eq!(found, mine);
    let year = trust.house.read(|conn| assignments::assignments_of(conn, ben.id, YEAR));
    assert_eq!(year.len(), 7);
    assert!(year.contains(&mine));
}

#[test]
fn the_facts_of_all_are_the_facts_of_each() {
    let trust = Trust::new();
    let people: Vec<i64> = ["Ann", "Ben", "Cas"].iter().map(|name| trust.teacher(name).id).collect();
    trust.reconcile();
    let (all, each) = trust.house.read(|conn| {
        let all = assignments::facts_of(conn, Whom::All, YEAR)?;
        Ok((all, assignments::facts_of(conn, Whom::People(&people), YEAR)?))
    });
    assert_eq!(all.len(), 3);
    assert_eq!(all, each);
}

// ── evidence

#[test]
fn requirements_term_dates_completions_exemptions_and_extensions_are_held_against_the_log() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben");
    trust.reconcile();
    trust.passes(&ben, "acceptable-use");
    let asked = trust.house.read(assignments::requirements);
    let (id, terms) = (asked[0].id(), asked[0].terms());
    let data_protection = trust.one(&ben, "data-protection");
    let (who, of) = (ben.clone(), (data_protection.requirement, data_protection.cycle));
    trust.house.act(move |act| {
        assignments::change_requirement(act, id, &terms)?;
        let exemption = assignments::exempt(act, &who, None, "On secondment", day("2026-09-07"), None)?;
        assignments::end_exemption(act, &who, exemption, day("2026-10-07"))?;
        for until in ["2026-12-04", "2026-12-11"] {
            let wish = Wish { what: vec![of], until: day(until), reason: "Cover".to_owned() };
            assignments::extend(act, &who, &wish)?;
        }
        let inset = CalendarSpan {
            kind: SpanKind::Inset,
            name: "INSET day".to_owned(),
            from: day("2026-11-27"),
            until: day("2026-11-27"),
        };
        assignments::set_term_date(act, None, &inset)?;
        assignments::replace_term_dates(act, None, YEAR, &[inset])
    });
    let covered: [Covered; 6] = [
        Covered { table: "requirements", rows: assignments::evidence_requirements },
        Covered { table: "requirement_terms", rows: assignments::evidence_requirement_terms },
        Covered { table: "term_dates", rows: assignments::evidence_term_dates },
        Covered { table: "completions", rows: assignments::evidence_completions },
        Covered { table: "exemptions", rows: assignments::evidence_exemptions },
        Covered { table: "extensions", rows: assignments::evidence_extensions },
    ];
    let key = ed25519_dalek::SigningKey::from_bytes(&trust.house.log_key.0).verifying_key();
    let verdict = trust.house.read(|conn| verify(conn, &key, &covered));
    assert_eq!(verdict.complaints, Vec::<String>::new());
    let counts: Vec<usize> = verdict.tables.iter().map(|(_, rows)| *rows).collect();
    let asked = trust.house.read(assignments::requirements).len();
    assert_eq!(counts, [asked, asked + 1, 2, 1, 2, 2]);
    let meddlings = [
        ("UPDATE extensions SET until_day = '2026-12-18' WHERE superseded_at IS NULL", "until_day is not what the log"),
        ("UPDATE extensions SET superseded_at = 1 WHERE superseded_at IS NULL", "superseded_at is not what the log"),
        ("DELETE FROM extensions WHERE superseded_at IS NULL", "is in the log but no longer in the table"),
        (
            "INSERT INTO extensions (person_id, requirement_id, cycle, until_day, reason, recorded_at)
             SELECT person_id, requirement_id, '2027/28', until_day, reason, recorded_at FROM extensions LIMIT 1",
            "was never recorded in the log",
        ),
    ];
    for (meddling, complaint) in meddlings {
        let heard = trust.house.database.write(move |conn| {
            each_backend!(conn, |c| c.batch_execute(meddling))?;
            let covered = [Covered { table: "extensions", rows: assignments::evidence_extensions }];
            let said = verify(conn, &key, &covered)?.complaints.join("; ");
            Err::<(), _>(Problem::refused(said))
        });
        let heard = heard.unwrap_err().to_string();
        assert!(heard.starts_with("extensions ") && heard.contains(complaint), "{meddling}: {heard}");
    }
}

#[test]
fn a_due_day_is_read_as_people_write_it() {
    for (written, read) in
        [("31 October", (10, 31)), ("1 nov", (11, 1)), ("29/02", (2, 29)), (" 5  December ", (12, 5))]
    {
        assert_eq!(DueRule::read_annual_day(written), Ok(read), "{written}");
    }
    for wrong in ["", "October", "31 June", "32/1", "31 October 2026", "1 ma y", "5 Ju"] {
        assert!(DueRule::read_annual_day(wrong).is_err(), "{wrong}");
    }
    let due = DueRule { month: 12, day_of_month: 5, starter_days: 20 };
    assert_eq!(DueRule::read_annual_day(&due.annual_day()), Ok((12, 5)));
}
