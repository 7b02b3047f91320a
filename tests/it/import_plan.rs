//! What an import would do: every row has one fate, nobody is removed, and a second look at the same list changes nothing.

use std::time::Instant as Stopwatch;

use proptest::prelude::*;
use seamark::clock::Day;
use seamark::people::import::{
    Because, Changes, Decision, Decisions, Fate, Known, KnownPause, KnownPerson, KnownPost, KnownSchool, Manager, Plan,
    PlannedRow, PostValues, Source, StaffList, plan, staff_list,
};
use seamark::people::rules::{RoleGroup, Urn};

const HEADINGS: &str =
    "staff_ref,forename,surname,work_email,school_urn,job_title,start_date,end_date,line_manager_ref";
const WEST_BAY: i64 = 1;
const NORTH_QUAY: i64 = 2;
const HARBOUR: i64 = 3;

fn today() -> Day {
    day("2026-11-24")
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A trust, as it is known before an import.
#[derive(Clone, Default)]
struct Trust {
    people: Vec<KnownPerson>,
}

impl Trust {
    fn known(&self) -> Known {
        let school = |id, urn: &str, name: &str, laestab: Option<&str>, other: &[&str]| KnownSchool {
            id,
            urn: Urn::parse(urn).unwrap(),
            name: name.to_owned(),
            laestab: laestab.map(str::to_owned),
            other_names: other.iter().map(|name| (*name).to_owned()).collect(),
        };
        let schools = vec![
            school(WEST_BAY, "142310", "West Bay School", Some("8134001"), &[]),
            school(NORTH_QUAY, "138855", "North Quay Academy", None, &[]),
            school(HARBOUR, "141007", "Harbour Primary School", None, &[]),
            school(4, "COAST", "Central team", None, &["Coast Academies"]),
        ];
        Known::new(schools, self.people.clone())
    }

    /// What an import of these rows, under `HEADINGS`, would do.
    fn plans(&self, rows: &str) -> Plan {
        self.plans_with(rows, &Decisions::new())
    }

    fn plans_with(&self, rows: &str, decisions: &Decisions) -> Plan {
        plan(&list(rows), &self.known(), Source::Trust, decisions, today())
    }

    /// Takes the list in, saying yes to nothing, and gives the trust as it then is.
    fn after(&self, rows: &str) -> Trust {
        let mut trust = self.clone();
        trust.apply(&self.plans(rows).changes);
        trust
    }

    fn apply(&mut self, changes: &Changes) {
        let before = self.people.len() as i64;
        let id_of = |manager: Manager| match manager {
            Manager::NewPerson(place) => Manager::Person(before + place as i64 + 1),
            other => other,
        };
        let settled = |values: &PostValues| PostValues { manager: id_of(values.manager), ..values.clone() };
        let mut next = self.people.iter().flat_map(|person| &person.posts).count() as i64 * 10 + 1000;
        let mut id = || {
            next += 1;
            next
        };
        for new in &changes.new_people {
            self.people.push(KnownPerson {
                id: self.people.len() as i64 + 1,
                references: new.references.clone(),
                values: new.values.clone(),
                posts: new.posts.iter().map(|post| KnownPost { id: id(), values: settled(post) }).collect(),
                pauses: new.pauses.iter().map(|pause| KnownPause { id: id(), values: *pause }).collect(),
            });
        }
        for change in &changes.people {
            self.person(change.person).values = change.now.clone();
        }
        for added in &changes.references {
            self.person(added.person).references.push((added.source, added.reference.clone()));
        }
        for post in &changes.posts {
            let values = settled(&post.values);
            self.person(post.person).posts.push(KnownPost { id: id(), values });
        }
        for superseded in &changes.superseded_posts {
            let posts = &mut self.person(superseded.person).posts;
            posts.retain(|post| post.id != superseded.post);
            posts.push(KnownPost { id: id(), values: settled(&superseded.now) });
        }
        for pause in &changes.pauses {
            self.person(pause.person).pauses.push(KnownPause { id: id(), values: pause.values });
        }
        for superseded in &changes.superseded_pauses {
            let pauses = &mut self.person(superseded.person).pauses;
            pauses.retain(|pause| pause.id != superseded.pause);
            pauses.push(KnownPause { id: id(), values: superseded.now });
        }
    }

    fn person(&mut self, id: i64) -> &mut KnownPerson {
        self.people.iter_mut().find(|person| person.id == id).unwrap()
    }
}

fn list(rows: &str) -> StaffList {
    read(format!("{HEADINGS}\n{rows}").as_bytes())
}

fn read(bytes: &[u8]) -> StaffList {
    staff_list(bytes).unwrap_or_else(|why| panic!("{why}"))
}

fn row(plan: &Plan, number: usize) -> &PlannedRow {
    plan.rows.iter().find(|row| row.number == number).unwrap()
}

/// A row's fate in words, as HR would read it.
fn fate(plan: &Plan, number: usize) -> String {
    match &row(plan, number).fate {
        Fate::New => "new".to_owned(),
        Fate::Unchanged => "unchanged".to_owned(),
        Fate::Changed(changes) => changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Fate::SamePerson(candidates) => {
            let ask = |c: &seamark::people::import::Candidate| format!("{}? {}", c.name, c.because);
            candidates.iter().map(ask).collect::<Vec<_>>().join(" ")
        }
        Fate::Rejected(complaints) => complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

fn warnings(plan: &Plan, number: usize) -> String {
    row(plan, number).warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

const RUTH: &str = "0001,Ruth,Abara,ruth@coast.example,142310,Headteacher,01/09/2014,,\n";
const SAM: &str = "0002,Samuel,Osei,sam@coast.example,142310,Teacher of Science,01/09/2018,,0001\n";
const JO: &str = "0003,Jo,Reed,,142310,Midday Supervisor,06/01/2025,,Ruth Abara\n";

fn west_bay() -> Trust {
    Trust::default().after(&format!("{RUTH}{SAM}{JO}"))
}

#[test]
fn a_first_list_brings_everybody_in_with_references_posts_and_managers() {
    let plan = Trust::default().plans(&format!("{RUTH}{SAM}{JO}"));
    assert_eq!((plan.counts.new_people, plan.counts.new_rows, plan.missing.len()), (3, 3, 0));
    let [ruth, sam, jo] = &plan.changes.new_people[..] else { panic!() };
    assert_eq!(ruth.references, [(Source::Trust, "0001".to_owned())]);
    assert_eq!(ruth.posts[0].role_group, RoleGroup::Leadership);
    assert_eq!(sam.posts[0].manager, Manager::NewPerson(0));
    assert_eq!(jo.posts[0].manager, Manager::NewPerson(0));
    assert_eq!(jo.posts[0].role_group, RoleGroup::Midday);
    assert_eq!(jo.values.work_email, None);
}

#[test]
fn the_same_list_again_changes_nothing() {
    let plan = west_bay().plans(&format!("{RUTH}{SAM}{JO}"));
    assert!(plan.changes.is_empty(), "{:#?}", plan.changes);
    assert_eq!((plan.counts.unchanged_rows, plan.counts.unchanged_people), (3, 3));
}

#[test]
fn a_change_is_told_field_by_field() {
    let plan = west_bay()
        .plans("0002,Samuel,Osei-Mensah,s.osei@coast.example,142310,Head of Science,01/09/2018,31/08/2027,0003\n");
    assert_eq!(
        fate(&plan, 2),
        "surname: was Osei, now Osei-Mensah; work email: was sam@coast.example, now s.osei@coast.example; job title: was \
         Teacher of Science, now Head of Science; end date: was blank, now 31 August 2027; line manager: was Ruth Abara, now \
         Jo Reed"
    );
    assert_eq!(plan.changes.people.len(), 1);
    let [superseded] = &plan.changes.superseded_posts[..] else { panic!() };
    assert_eq!(superseded.now.until, Some(day("2027-08-31")));
    assert_eq!(superseded.now.role_group, RoleGroup::Teacher);
}

#[test]
fn people_missing_from_the_list_are_for_review_and_nobody_is_removed() {
    let plan = west_bay().plans(RUTH);
    let names: Vec<&str> = plan.missing.iter().map(|missing| missing.name.as_str()).collect();
    assert_eq!(names, ["Samuel Osei", "Jo Reed"]);
    assert!(plan.missing.iter().all(|missing| !missing.is_in_the_list));
    assert!(plan.changes.is_empty());
}

#[test]
fn another_school_s_people_leavers_and_governors_are_not_missing() {
    let mut trust = west_bay();
    trust = trust.after(
        "0004,Ann,Bell,,138855,Teacher,01/09/2020,,\n\
         0005,Tom,Wright,,142310,Teacher,01/09/2015,31/08/2026,\n\
         0006,Helen,Marsh,helen@mail.example,142310,Chair of Governors,14/10/2023,,\n",
    );
    assert!(trust.plans(&format!("{RUTH}{SAM}{JO}")).missing.is_empty());
    // and a list of governors says nothing about staff
    let plan = trust.plans("0007,Joe,Baker,joe@mail.example,142310,Parent Governor,01/02/2025,,\n");
    assert_eq!(plan.missing.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["Helen Marsh"]);
}

#[test]
fn somebody_whose_row_is_rejected_is_not_missing() {
    let plan = west_bay().plans(&format!("{RUTH}{JO}0002,Samuel,Osei,,142310,Teacher,31/02/2020,,\n"));
    assert!(matches!(row(&plan, 4).fate, Fate::Rejected(_)));
    assert!(plan.missing.is_empty(), "{:?}", plan.missing);
}

#[test]
fn a_post_that_the_list_leaves_out_is_for_review_too() {
    let second = "0002,Samuel,Osei,sam@coast.example,138855,Lead Practitioner,01/09/2024,,\n";
    let trust = west_bay().after(second);
    let plan = trust.plans(&format!("{RUTH}{JO}{second}"));
    let [missing] = &plan.missing[..] else { panic!("{:?}", plan.missing) };
    assert!(missing.is_in_the_list);
    assert_eq!((missing.posts[0].school, missing.posts[0].job_title.as_str()), (WEST_BAY, "Teacher of Science"));
    assert_eq!(plan.counts.missing_people, 0);
}

#[test]
fn several_rows_and_additional_schools_are_one_person_s_posts() {
    let list = read(include_bytes!("staff_lists/seamark.csv"));
    let plan = plan(&list, &Trust::default().known(), Source::Trust, &Decisions::new(), today());
    assert_eq!((plan.counts.new_people, plan.counts.new_rows), (5, 6));
    let posts = |place: usize| &plan.changes.new_people[place].posts;
    assert_eq!(posts(1).iter().map(|post| post.school).collect::<Vec<_>>(), [WEST_BAY, NORTH_QUAY]);
    assert_eq!(posts(1)[1].manager, Manager::NewPerson(0));
    assert_eq!(
        posts(3).iter().map(|post| (post.school, post.fte.is_some())).collect::<Vec<_>>(),
        [(WEST_BAY, true), (NORTH_QUAY, false), (HARBOUR, false)]
    );
    assert_eq!(plan.changes.new_people[3].pauses.len(), 1);
    assert_eq!((posts(4)[0].school, posts(4)[0].until), (4, Some(day("2026-06-30"))));
    let mut trust = Trust::default();
    trust.apply(&plan.changes);
    let again = seamark::people::import::plan(&list, &trust.known(), Source::Trust, &Decisions::new(), today());
    assert!(again.changes.is_empty(), "{:#?}", again.changes);
}

#[test]
fn a_new_post_of_somebody_known_is_told_as_a_change() {
    let plan = west_bay().plans(&format!("{SAM}0002,Samuel,Osei,,138855,Lead Practitioner,01/09/2024,,\n"));
    assert_eq!(fate(&plan, 2), "unchanged");
    assert_eq!(fate(&plan, 3), "post: was blank, now Lead Practitioner at North Quay Academy from 1 September 2024");
    assert_eq!(plan.changes.posts.len(), 1);
}

#[test]
fn the_same_job_after_it_ended_is_a_new_post() {
    let trust = Trust::default().after("9,Tom,Wright,,142310,Teacher,01/09/2015,31/08/2024,\n");
    let plan = trust.plans("9,Tom,Wright,,142310,Teacher,01/09/2026,,\n");
    assert_eq!((plan.changes.posts.len(), plan.changes.superseded_posts.len()), (1, 0));
    let plan = trust.plans("9,Tom,Wright,,142310,Teacher,01/01/2016,31/08/2024,\n");
    assert_eq!(fate(&plan, 2), "start date: was 1 September 2015, now 1 January 2016");
}

#[test]
fn a_leaving_day_in_the_past_or_the_future_is_kept_as_it_is() {
    for (written, kept) in [("31/08/2026", "2026-08-31"), ("31/08/2027", "2027-08-31")] {
        let plan = Trust::default().plans(&format!("9,Tom,Wright,,142310,Teacher,01/09/2015,{written},\n"));
        assert_eq!(plan.changes.new_people[0].posts[0].until, Some(day(kept)));
    }
}

#[test]
fn a_blank_cell_takes_nothing_away_and_says_so() {
    let trust = Trust::default().after("9,Tom,Wright,tom@coast.example,142310,Teacher,01/09/2015,31/08/2027,\n");
    let plan = trust.plans("9,Tom,Wright,,142310,Teacher,01/09/2015,,\n");
    assert_eq!(fate(&plan, 2), "unchanged");
    let said = warnings(&plan, 2);
    assert!(said.contains("Row 2, work email: It is blank, so ‘tom@coast.example’ is kept."), "{said}");
    assert!(said.contains("Row 2, end date: It is blank, so 31 August 2027 is kept."), "{said}");
}

#[test]
fn a_new_reference_with_a_known_email_waits_for_hr() {
    let trust = west_bay();
    let rows = "S-77,Samuel,Osei,SAM@coast.example,142310,Teacher of Science,01/09/2018,,0001\n";
    let plan = trust.plans(rows);
    assert_eq!(fate(&plan, 2), "Samuel Osei? The work email is the same, but the reference is new.");
    assert!(plan.changes.is_empty());
    assert!(plan.missing.iter().all(|missing| missing.name != "Samuel Osei"));
    let yes = trust.plans_with(rows, &Decisions::from([(2, Decision::Same(2))]));
    assert_eq!(fate(&yes, 2), "staff reference: was blank, now S-77");
    assert_eq!(yes.changes.references.len(), 1);
    let no = trust.plans_with(rows, &Decisions::from([(2, Decision::SomebodyElse)]));
    assert!(fate(&no, 2).contains("already belongs to somebody else"));
}

#[test]
fn a_known_name_with_the_same_start_waits_and_two_namesakes_can_both_be_right() {
    let trust = west_bay();
    let rows = "0088,Sámuel,OSEI,,138855,Teacher,2018-09-01,,\n";
    let plan = trust.plans(rows);
    assert_eq!(fate(&plan, 2), "Samuel Osei? The name and the start date are the same.");
    let yes = trust.plans_with(rows, &Decisions::from([(2, Decision::Same(2))]));
    assert_eq!((yes.changes.references.len(), yes.changes.posts.len()), (1, 1));
    let no = trust.plans_with(rows, &Decisions::from([(2, Decision::SomebodyElse)]));
    assert_eq!(fate(&no, 2), "new");
    let later = trust.plans("0088,Samuel,Osei,,138855,Teacher,2019-09-01,,\n");
    assert_eq!(fate(&later, 2), "new");
    let stale = trust.plans_with(rows, &Decisions::from([(2, Decision::Same(1))]));
    assert!(matches!(row(&stale, 2).fate, Fate::SamePerson(_)));
}

#[test]
fn a_reference_that_lost_its_zeros_or_changed_hands_is_asked_about() {
    let trust = west_bay();
    assert_eq!(
        fate(&trust.plans("2,Sam,Osei,,142310,Teacher,01/09/2017,,\n"), 2),
        "Samuel Osei? The reference is the same but for zeros at its start."
    );
    let plan = trust.plans("0002,Ivy,Chen,ivy@coast.example,142310,Teacher,01/09/2026,,\n");
    let Fate::SamePerson(candidates) = &row(&plan, 2).fate else { panic!("{}", fate(&plan, 2)) };
    assert_eq!(candidates[0].because, Because::ReferenceUnderAnotherName);
    // a surname alone may change
    assert_eq!(
        fate(&trust.plans("0002,Samuel,Grant,,142310,Teacher of Science,01/09/2018,,0001\n"), 2),
        "surname: was Osei, now Grant"
    );
}

#[test]
fn without_a_reference_the_work_email_says_who_it_is() {
    let trust = west_bay();
    assert_eq!(
        fate(&trust.plans(",Samuel,Osei,sam@coast.example,142310,Teacher of Science,01/09/2018,,\n"), 2),
        "unchanged"
    );
    assert_eq!(fate(&trust.plans(",Ivy,Chen,ivy@coast.example,142310,Teacher,01/09/2026,,\n"), 2), "new");
    let asked = fate(&trust.plans(",Ivy,Chen,sam@coast.example,142310,Teacher,01/09/2026,,\n"), 2);
    assert_eq!(asked, "Samuel Osei? The work email is the same, but the whole name is another.");
    assert!(
        fate(&trust.plans(",Ivy,Chen,,142310,Teacher,01/09/2026,,\n"), 2)
            .contains("neither a staff reference nor a work email")
    );
}

#[test]
fn a_reference_belongs_to_its_source() {
    let list = read(include_bytes!("staff_lists/scholarpack.csv"));
    assert!(Source::of(&list, None).is_err());
    let mut trust = west_bay();
    trust.person(1).references.push((Source::School(HARBOUR), "0012".to_owned()));
    let at = |school| {
        let source = Source::of(&list, Some(school)).unwrap();
        plan(&list, &trust.known(), source, &Decisions::new(), today())
    };
    assert_eq!(at(NORTH_QUAY).counts.new_people, 3);
    assert_eq!(at(NORTH_QUAY).changes.new_people[0].references, [(Source::School(NORTH_QUAY), "0012".to_owned())]);
    assert_eq!(at(NORTH_QUAY).changes.new_people[0].posts[0].school, NORTH_QUAY);
    assert!(matches!(at(HARBOUR).rows[0].fate, Fate::SamePerson(_)));
    assert_eq!(Source::of(&read(include_bytes!("staff_lists/bromcom.csv")), Some(HARBOUR)), Ok(Source::Trust));
}

#[test]
fn a_source_is_written_as_rows_keep_it() {
    for source in [Source::Trust, Source::School(7)] {
        assert_eq!(source.to_string().parse(), Ok(source));
    }
    assert!("school:x".parse::<Source>().is_err());
}

#[test]
fn an_unknown_school_is_rejected_and_an_unknown_manager_is_not() {
    let plan = Trust::default().plans(
        "1,A,Ames,,999999,Teacher,2020-09-01,,\n2,B,Bell,,142310,Teacher,2020-09-01,,Nobody Known\n3,C,Cole,,142310,Teacher,2020-09-01,,3\n",
    );
    assert_eq!(
        fate(&plan, 2),
        "Row 2, school URN: URN 999999 is not one of the trust’s schools. Correct it, or ask an administrator to add the school."
    );
    assert_eq!(fate(&plan, 3), "new");
    assert!(warnings(&plan, 3).contains("‘Nobody Known’ is nobody, or more than one, on the staff list."));
    let post = &plan.changes.new_people[0].posts[0];
    assert_eq!((post.manager, post.manager_named.as_deref()), (Manager::Nobody, Some("Nobody Known")));
    assert!(warnings(&plan, 4).contains("nobody is their own line manager"));
}

#[test]
fn schools_are_found_by_name_number_or_the_trust_s_code_and_must_agree() {
    let rows = |cell: &str| {
        let text = format!(
            "staff_ref;forename;surname;job_title;start_date;school;laestab\n1;Ada;Byron;Teacher;2020-09-01;{cell}\n"
        );
        plan(&read(text.as_bytes()), &Trust::default().known(), Source::Trust, &Decisions::new(), today())
    };
    for (cell, school) in [
        ("west bay SCHOOL;", WEST_BAY),
        (";813/4001", WEST_BAY),
        ("coast;", 4),
        ("Coast Academies;", 4),
        ("141007;", HARBOUR),
    ] {
        assert_eq!(rows(cell).changes.new_people[0].posts[0].school, school, "{cell}");
    }
    assert!(fate(&rows("North Quay Academy;8134001"), 2).contains("are two different schools"));
    assert!(fate(&rows("Elsewhere;"), 2).contains("‘Elsewhere’ is not one of the trust’s schools"));
}

#[test]
fn a_manager_is_found_by_reference_then_email_then_a_name_that_only_one_has() {
    let trust = west_bay().after("0009,Ruth,Abara,,138855,Cook,2020-09-01,,\n");
    for (named, manager) in [
        ("0001", Manager::Person(1)),
        ("RUTH@coast.example", Manager::Person(1)),
        ("jo reed", Manager::Person(3)),
        ("Ruth Abara", Manager::Nobody),
    ] {
        let plan = trust.plans(&format!("50,Kim,Park,,142310,Teacher,2026-09-01,,{named}\n"));
        assert_eq!(plan.changes.new_people[0].posts[0].manager, manager, "{named}");
    }
}

#[test]
fn rows_that_contradict_each_other_are_rejected() {
    let trust = west_bay();
    for (rows, why) in [
        (
            "7,A,Ames,,142310,Teacher,2020-09-01,,\n7,B,Bell,,142310,Cook,2020-09-01,,\n",
            "Row 2 has the same reference or email, but another name: A Ames.",
        ),
        (
            "7,A,Ames,a@coast.example,142310,Teacher,2020-09-01,,\n7,A,Ames,b@coast.example,142310,Cook,2020-09-01,,\n",
            "has another work email, a@coast.example.",
        ),
        (
            "7,A,Ames,a@coast.example,142310,Teacher,2020-09-01,,\n8,B,Bell,a@coast.example,142310,Cook,2020-09-01,,\n",
            "Row 2 has the same work email under another reference.",
        ),
        (
            "7,A,Ames,a@coast.example,142310,Teacher,2020-09-01,,\n0003,Jo,Reed,sam@coast.example,142310,Cook,2020-09-01,,\n",
            "already belongs to somebody else",
        ),
    ] {
        let plan = trust.plans(rows);
        assert_eq!(fate(&plan, 2), "new", "{rows}");
        assert!(fate(&plan, 3).contains(why), "{}", fate(&plan, 3));
    }
}

#[test]
fn a_row_that_repeats_another_asks_for_nothing() {
    let plan = Trust::default().plans(&format!("{RUTH}{RUTH}"));
    assert_eq!((fate(&plan, 2).as_str(), fate(&plan, 3).as_str()), ("new", "unchanged"));
    assert!(warnings(&plan, 3).contains("It says the same as row 2."));
    assert_eq!(plan.changes.new_people[0].posts.len(), 1);
}

#[test]
fn an_unclear_job_title_is_office_and_said() {
    let plan = Trust::default().plans("1,A,Ames,,142310,Wellbeing Wizard,2020-09-01,,\n");
    assert_eq!(plan.changes.new_people[0].posts[0].role_group, RoleGroup::Office);
    assert!(warnings(&plan, 2).contains("‘Wellbeing Wizard’ does not show a role group, so ‘office’ is used."));
}

#[test]
fn a_role_group_put_right_by_hand_stays_until_the_job_changes() {
    let mut trust = west_bay();
    trust.person(2).posts[0].values.role_group = RoleGroup::Leadership;
    assert_eq!(fate(&trust.plans(SAM), 2), "unchanged");
    let plan = trust.plans("0002,Samuel,Osei,,142310,School Cook,01/09/2018,,0001\n");
    assert_eq!(
        fate(&plan, 2),
        "job title: was Teacher of Science, now School Cook; role group: was leadership, now catering"
    );
}

#[test]
fn an_absence_is_added_then_put_right_and_a_blank_leaves_it() {
    let with = |from: &str, to: &str| {
        let text = format!(
            "staff_ref,forename,surname,job_title,start_date,school_urn,absence_pause_from,absence_pause_to\n\
             0002,Samuel,Osei,Teacher of Science,01/09/2018,142310,{from},{to}\n"
        );
        read(text.as_bytes())
    };
    let mut trust = west_bay();
    let plans = |trust: &Trust, list| plan(&list, &trust.known(), Source::Trust, &Decisions::new(), today());
    let first = plans(&trust, with("01/10/2026", ""));
    assert_eq!(fate(&first, 2), "absence: was blank, now from 1 October 2026");
    trust.apply(&first.changes);
    assert_eq!(fate(&plans(&trust, with("", "")), 2), "unchanged");
    let second = plans(&trust, with("05/10/2026", "18/12/2026"));
    assert_eq!(fate(&second, 2), "absence: was from 1 October 2026, now from 5 October 2026 to 18 December 2026");
    assert_eq!(second.changes.superseded_pauses.len(), 1);
    trust.apply(&second.changes);
    assert_eq!(fate(&plans(&trust, with("01/03/2027", "")), 2), "absence: was blank, now from 1 March 2027");
}

#[test]
fn the_fingerprint_changes_with_anything_relied_on_and_not_with_the_order() {
    let trust = west_bay();
    let print = |trust: &Trust| trust.plans(SAM).fingerprint;
    let mut backwards = trust.clone();
    backwards.people.reverse();
    assert_eq!(print(&trust), print(&backwards));
    let edits: [fn(&mut KnownPerson); 5] = [
        |person| person.values.work_email = None,
        |person| person.values.preferred_surname.push('x'),
        |person| person.posts[0].values.until = Some(day("2027-01-01")),
        |person| person.references.clear(),
        |person| person.id = 99,
    ];
    for edit in edits {
        let mut edited = trust.clone();
        edit(edited.person(2));
        assert_ne!(print(&trust), print(&edited));
    }
}

#[test]
fn every_system_s_export_comes_in_and_a_second_time_changes_nothing() {
    macro_rules! exports {
        ($($name:literal),+) => { [$(($name, include_bytes!(concat!("staff_lists/", $name, ".csv")).as_slice())),+] };
    }
    for (name, bytes) in exports!(
        "sims",
        "arbor",
        "bromcom",
        "scholarpack",
        "integris",
        "isams",
        "pupil_asset",
        "wonde",
        "governorhub",
        "seamark",
        "troubled"
    ) {
        let list = read(bytes);
        let source = Source::of(&list, Some(HARBOUR)).unwrap();
        let mut trust = Trust::default();
        let first = plan(&list, &trust.known(), source, &Decisions::new(), today());
        assert_eq!(first.rows.len(), list.rows.len(), "{name}");
        assert!(name == "troubled" || first.counts.rejected_rows == 0, "{name}: {:#?}", first.rows);
        trust.apply(&first.changes);
        let second = plan(&list, &trust.known(), source, &Decisions::new(), today());
        assert!(second.changes.is_empty(), "{name}: {:#?}", second.changes);
        assert_eq!(second.counts.rejected_rows, first.counts.rejected_rows, "{name}");
    }
}

#[test]
fn a_recorded_post_comes_back_as_it_was() {
    use seamark::clock::Instant;
    use seamark::people::rules::{Post, PostFlags};
    use seamark::people::{NewPost, PostRecord};
    let record = PostRecord {
        post: Post {
            id: 5,
            school: Urn::parse("142310").unwrap(),
            role_group: RoleGroup::Midday,
            from: day("2020-09-01"),
            until: Some(day("2027-08-31")),
            term_time_only: Some(true),
            flags: PostFlags { leadership: true, account_administrator: false, takes_images: true },
            on_placement: false,
        },
        person: 2,
        school: WEST_BAY,
        job_title: "Midday Supervisor".to_owned(),
        employment_type: "as and when".to_owned(),
        fte_basis_points: Some(2500),
        manager: Some(1),
        manager_named: Some("0001".to_owned()),
        recorded: Instant(0),
        superseded: None,
        recorded_by: None,
    };
    assert_eq!(KnownPost::from(&record).values.to_record(&[]), NewPost::from(&record));
    let of_a_newcomer = PostValues { manager: Manager::NewPerson(1), ..KnownPost::from(&record).values };
    assert_eq!(of_a_newcomer.to_record(&[70, 71]).manager, Some(71));
}

#[test]
fn ten_thousand_rows_are_planned_at_once() {
    let mut rows = String::new();
    for n in 0..10_000 {
        let manager = n / 10;
        rows.push_str(&format!(
            "{n:06},Fore{n},Sur{n},p{n}@coast.example,142310,Teacher {},01/09/2020,,{manager:06}\n",
            n % 40
        ));
    }
    let list = list(&rows);
    let mut trust = Trust::default();
    let watch = Stopwatch::now();
    let first = plan(&list, &trust.known(), Source::Trust, &Decisions::new(), today());
    let (first_took, watch) = (watch.elapsed(), {
        trust.apply(&first.changes);
        Stopwatch::now()
    });
    let second = plan(&list, &trust.known(), Source::Trust, &Decisions::new(), today());
    println!("10,000 new: {first_took:?}; 10,000 known: {:?}", watch.elapsed());
    assert_eq!((first.counts.new_people, second.counts.unchanged_people), (10_000, 10_000));
}

fn any_row() -> impl Strategy<Value = String> {
    let reference = prop_oneof![Just(String::new()), "0?[1-6]"];
    let email = prop_oneof![Just(String::new()), "[a-d]@coast\\.example"];
    let name = prop_oneof![Just("Ada"), Just("Bea"), Just("Zoë")];
    let surname = prop_oneof![Just("Byron"), Just("Cole")];
    let school = prop_oneof![6 => Just("142310"), 3 => Just("138855"), 1 => Just("999999")];
    let title = prop_oneof![Just("Teacher"), Just("Cook"), Just("Wizard")];
    let start = prop_oneof![9 => "0[1-4]/09/202[0-3]", 1 => Just("31/02/2020".to_owned())];
    let end = prop_oneof![Just(String::new()), Just("31/08/2026".to_owned()), Just("31/08/2027".to_owned())];
    let manager =
        prop_oneof![Just(""), Just("1"), Just("02"), Just("a@coast.example"), Just("Ada Byron"), Just("Nobody")];
    (reference, name, surname, email, school, title, start, end, manager)
        .prop_map(|(a, b, c, d, e, f, g, h, i)| format!("{a},{b},{c},{d},{e},{f},{g},{h},{i}\n"))
}

fn any_list() -> impl Strategy<Value = String> {
    proptest::collection::vec(any_row(), 1..14).prop_map(|rows| rows.concat())
}

/// Rows of six people who never change their reference, email or forename, in any posts.
fn any_sound_list(surname: &'static str) -> impl Strategy<Value = String> {
    let who = prop_oneof![
        Just(("01", "Ada", "a@coast.example")),
        Just(("2", "Bea", "b@coast.example")),
        Just(("03", "Zoë", "")),
        Just(("A-4", "Dan", "")),
        Just(("", "Eve", "e@coast.example")),
        Just(("", "Fay", "f@coast.example")),
    ];
    let row = (who, any_row()).prop_map(move |((reference, forename, email), rest)| {
        let rest: Vec<&str> = rest.split(',').skip(4).collect();
        let rest = rest.join(",").replace("999999", "141007").replace("31/02/2020", "29/02/2020");
        format!("{reference},{forename},{surname},{email},{rest}")
    });
    proptest::collection::vec(row, 1..14).prop_map(|rows| rows.concat())
}

proptest! {
    #[test]
    fn every_row_has_exactly_one_fate(before in any_list(), rows in any_list()) {
        let plan = Trust::default().after(&before).plans(&rows);
        let numbers: Vec<usize> = plan.rows.iter().map(|row| row.number).collect();
        prop_assert_eq!(numbers, (2..rows.lines().count() + 2).collect::<Vec<_>>());
        let c = plan.counts;
        let sum = c.new_rows + c.changed_rows + c.unchanged_rows + c.same_person_rows + c.rejected_rows;
        prop_assert_eq!(sum, plan.rows.len());
    }

    #[test]
    fn a_list_taken_in_twice_changes_nothing_the_second_time(before in any_sound_list("Cole"), rows in any_sound_list("Dean")) {
        let mut trust = Trust::default().after(&before);
        let first = trust.plans(&rows);
        prop_assert_eq!(first.counts.rejected_rows + first.counts.same_person_rows, 0, "{:#?}", first);
        trust.apply(&first.changes);
        let second = trust.plans(&rows);
        prop_assert!(second.changes.is_empty(), "{:#?}\n{:#?}", first, second);
        prop_assert_eq!(second.counts.unchanged_rows, second.rows.len());
    }

    #[test]
    fn an_import_removes_nobody_and_shares_no_reference_or_email(before in any_list(), rows in any_list()) {
        let trust = Trust::default().after(&before);
        let mut after = trust.clone();
        after.apply(&trust.plans(&rows).changes);
        prop_assert!(after.people.len() >= trust.people.len());
        let posts = |trust: &Trust| trust.people.iter().map(|person| person.posts.len()).sum::<usize>();
        prop_assert!(posts(&after) >= posts(&trust));
        let mut emails: Vec<_> = after.people.iter().filter_map(|person| person.values.work_email.clone()).collect();
        let mut references: Vec<_> = after.people.iter().flat_map(|person| person.references.clone()).collect();
        let counts = (emails.len(), references.len());
        emails.sort();
        emails.dedup();
        references.sort();
        references.dedup();
        prop_assert_eq!(counts, (emails.len(), references.len()));
    }
}
