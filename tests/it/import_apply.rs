//! Applying an import: people and posts come in as one act that the log can prove, and only onto what the dry run was about.

use std::sync::Barrier;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use seamark::app;
use seamark::clock::Day;
use seamark::each_backend;
use seamark::evidence::verify::verify;
use seamark::evidence::{self, Actor};
use seamark::people::import::{
    self, Decision, Decisions, Fate, Import, ImportCommand, Known, Outcome, Plan, Source, apply, import_command, known,
    plan, staff_list,
};
use seamark::people::rules::{Urn, WorkEmail};
use seamark::people::{self, PauseChange, Person, PostRecord, Scope};
use seamark::problem::Problem;
use seamark::schema::evidence_entries;
use serde_json::Value;

use crate::house::{House, TRUST};

const HEADINGS: &str = "staff_ref,forename,surname,work_email,school_urn,job_title,start_date,end_date,\
                        line_manager_ref,absence_pause_from,absence_pause_to";
const PRIYA: &str = "004120,Priya,Nair,p.nair@saltmarsh.example,100001,Teacher,01/09/2024,,004200,,";
const CARYS: &str = "004200,Carys,Evans,c.evans@saltmarsh.example,100001,Headteacher,01/09/2020,,,,";
const AMIR: &str = "004300,Amir,Shah,a.shah@saltmarsh.example,100002,Site manager,01/09/2022,,,21/09/2026,";

/// A trust of two schools and a central team.
fn trust() -> House {
    let house = House::new();
    house.act(|act| {
        let schools = [("100001", "Fairhaven Primary"), ("100002", "Harbour Academy"), ("SALTMARSH", "Central team")];
        schools.iter().try_for_each(|(urn, name)| people::add_school(act, &Urn::parse(urn).unwrap(), name).map(drop))
    });
    house
}

fn school(house: &House, name: &str) -> i64 {
    let schools = house.read(people::schools);
    schools.iter().find(|school| school.name == name).unwrap().id
}

/// Only Fairhaven Primary.
fn fairhaven(house: &House) -> Scope {
    Scope::Schools(vec![school(house, "Fairhaven Primary")])
}

fn file(rows: &[&str]) -> String {
    format!("{HEADINGS}\n{}\n", rows.join("\n"))
}

fn planned_with(known: &Known, rows: &[&str], decisions: &Decisions, today: Day) -> Plan {
    let list = staff_list(file(rows).as_bytes()).unwrap();
    plan(&list, known, Source::Trust, decisions, today)
}

fn planned(house: &House, rows: &[&str]) -> Plan {
    let known = house.read(|conn| known(conn, &Scope::Trust, house.now().day()));
    planned_with(&known, rows, &Decisions::new(), house.now().day())
}

fn of(plan: Plan, scope: Scope) -> Import {
    Import { plan, scope, file_name: "staff.csv".to_owned(), file_hash: "ab".repeat(32), school: None }
}

fn applies(house: &House, plan: Plan) -> Outcome {
    let import = of(plan, Scope::Trust);
    house.act(move |act| apply(act, &import))
}

/// Takes a whole list in.
fn imports(house: &House, rows: &[&str]) {
    let plan = planned(house, rows);
    assert!(matches!(applies(house, plan), Outcome::Applied(_)));
}

fn person(house: &House, email: &str) -> Person {
    house.read(|conn| people::person_by_email(conn, &WorkEmail::parse(email).unwrap())).unwrap()
}

fn posts(house: &House, person: &Person) -> Vec<PostRecord> {
    let mut posts = house.read(|conn| people::posts_of(conn, &[person.id]));
    posts.retain(|post| post.superseded.is_none());
    posts
}

fn log_size(house: &House) -> u64 {
    house.read(evidence::size)
}

#[test]
fn a_list_brings_people_with_their_posts_managers_and_absences() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS, AMIR]);

    let (priya, carys) = (person(&house, "p.nair@saltmarsh.example"), person(&house, "c.evans@saltmarsh.example"));
    let amir = person(&house, "a.shah@saltmarsh.example");
    let post = &posts(&house, &priya)[0];
    assert_eq!(post.job_title, "Teacher");
    assert_eq!(post.school, school(&house, "Fairhaven Primary"));
    assert_eq!(post.manager, Some(carys.id), "her manager is new in the same list");
    let away = house.read(|conn| people::pauses_of(conn, &[amir.id]));
    assert_eq!(away.len(), 1);
    assert_eq!(away[0].1.from.to_string(), "2026-09-21");
}

#[test]
fn the_same_list_again_changes_nothing() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS, AMIR]);

    let again = planned(&house, &[PRIYA, CARYS, AMIR]);

    assert!(again.changes.is_empty(), "{:?}", again.changes);
    assert_eq!(again.counts.unchanged_people, 3);
    let before = log_size(&house);
    assert!(matches!(applies(&house, again), Outcome::Applied(_)));
    assert_eq!(log_size(&house), before + 1, "the import itself is an entry, and nobody was touched");
}

#[test]
fn what_a_list_corrects_is_superseded_and_the_log_proves_every_post() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS, AMIR]);
    let before = log_size(&house);
    house.it_is("2026-11-25", "10:00");

    let married = "004120,Priya,Nair-Shah,p.nair@saltmarsh.example,100001,Lead teacher,01/09/2024,,004200,,";
    let back =
        "004300,Amir,Shah,a.shah@saltmarsh.example,100002,Site manager,01/09/2022,31/12/2026,,21/09/2026,30/11/2026";
    imports(&house, &[married, CARYS, back]);

    let priya = person(&house, "p.nair@saltmarsh.example");
    assert_eq!(priya.name(), "Priya Nair-Shah");
    let all = house.read(|conn| people::posts_of(conn, &[priya.id]));
    let titles: Vec<(&str, bool)> =
        all.iter().map(|post| (post.job_title.as_str(), post.superseded.is_some())).collect();
    assert_eq!(titles, [("Teacher", true), ("Lead teacher", false)]);
    assert_eq!(log_size(&house), before + 3, "two people were touched, and the import is an entry too");

    let key = house.log_key.signing_key().verifying_key();
    let verdict = house.read(|conn| verify(conn, &key, &app::covered()));
    assert_eq!(verdict.complaints, Vec::<String>::new());
    assert!(verdict.tables.contains(&("posts", 5)), "{:?}", verdict.tables);
    assert!(verdict.tables.contains(&("pauses", 2)), "{:?}", verdict.tables);
}

#[test]
fn time_away_that_changes_behind_the_logs_back_is_found() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS, AMIR]);
    let amir = person(&house, "a.shah@saltmarsh.example");
    house.it_is("2026-11-25", "10:00");
    let back =
        PauseChange::Set { instead_of: None, from: "2026-09-21".parse().unwrap(), until: "2026-11-30".parse().ok() };
    house.act(move |act| people::change_pauses(act, &amir, &back));

    let key = house.log_key.signing_key().verifying_key();
    let verdict = house.read(|conn| verify(conn, &key, &app::covered()));
    assert_eq!(verdict.complaints, Vec::<String>::new());
    let meddlings = [
        ("UPDATE pauses SET until_day = '2027-01-31' WHERE superseded_at IS NULL", "until_day is not what the log"),
        ("UPDATE pauses SET superseded_at = 1 WHERE superseded_at IS NULL", "superseded_at is not what the log"),
        ("DELETE FROM pauses WHERE superseded_at IS NULL", "is in the log but no longer in the table"),
        (
            "INSERT INTO pauses (person_id, from_day, recorded_at) SELECT person_id, '2026-12-01', 1 FROM pauses LIMIT 1",
            "was never recorded in the log",
        ),
    ];
    for (meddling, complaint) in meddlings {
        let heard = house.database.write(move |conn| {
            each_backend!(conn, |c| c.batch_execute(meddling))?;
            Err::<(), _>(Problem::refused(verify(conn, &key, &app::covered())?.complaints.join("; ")))
        });
        let heard = heard.unwrap_err().to_string();
        assert!(heard.starts_with("pauses ") && heard.contains(complaint), "{meddling}: {heard}");
    }
}

#[test]
fn a_plan_is_not_applied_if_anything_it_relied_on_has_changed() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS]);
    type Meanwhile = fn(&House);
    let meanwhiles: [Meanwhile; 4] = [
        |house| {
            let priya = person(house, "p.nair@saltmarsh.example");
            house.act(move |act| people::correct_person(act, &Person { surname: "Shah".to_owned(), ..priya.clone() }));
        },
        |house| {
            let priya = person(house, "p.nair@saltmarsh.example");
            house.act(move |act| people::leave(act, &priya, "2026-12-31".parse().unwrap()));
        },
        |house| {
            let priya = person(house, "p.nair@saltmarsh.example");
            house.act(move |act| people::pause(act, &priya, "2026-12-01".parse().unwrap(), None).map(drop));
        },
        |house| {
            let school = school(house, "Harbour Academy");
            house.act(move |act| people::rename_school(act, school, "Harbour High"));
        },
    ];
    for meanwhile in meanwhiles {
        let plan = planned(&house, &[PRIYA, CARYS, AMIR]);
        meanwhile(&house);
        let before = (log_size(&house), house.read(people::everybody));
        assert_eq!(applies(&house, plan), Outcome::Changed);
        assert_eq!((log_size(&house), house.read(people::everybody)), before);
    }
    imports(&house, &[PRIYA, CARYS, AMIR]);
}

#[test]
fn of_two_imports_at_once_one_is_applied_and_the_other_is_to_be_looked_at_again() {
    let house = trust();
    let plan = planned(&house, &[PRIYA, CARYS, AMIR]);
    let barrier = Barrier::new(2);

    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let apply_one = || {
            barrier.wait();
            applies(&house, plan.clone())
        };
        let both = [scope.spawn(apply_one), scope.spawn(apply_one)];
        both.map(|one| one.join().unwrap()).to_vec()
    });

    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Changed).count(), 1, "{outcomes:?}");
    assert_eq!(house.read(people::everybody).len(), 3);
}

#[test]
fn somebody_with_a_new_reference_waits_until_hr_says_who_they_are() {
    let house = trust();
    imports(&house, &[PRIYA]);
    let priya = person(&house, "p.nair@saltmarsh.example");
    let renumbered = PRIYA.replace("004120", "009911");

    let asked = planned(&house, &[&renumbered]);
    assert!(matches!(asked.rows[0].fate, Fate::SamePerson(_)));
    let known = house.read(|conn| known(conn, &Scope::Trust, house.now().day()));
    let yes = Decisions::from([(2, Decision::Same(priya.id))]);
    assert!(matches!(
        applies(&house, planned_with(&known, &[&renumbered], &yes, house.now().day())),
        Outcome::Applied(_)
    ));

    assert_eq!(house.read(people::everybody).len(), 1);
    assert!(planned(&house, &[&renumbered]).changes.is_empty());
}

#[test]
fn the_trusts_name_means_its_central_team() {
    let house = trust();
    let list = format!(
        "staff_ref,forename,surname,school,job_title,start_date\n1,Ada,Moss,{TRUST},Finance officer,01/09/2024\n"
    );
    let list = staff_list(list.as_bytes()).unwrap();
    let known = house.read(|conn| known(conn, &Scope::Trust, house.now().day()));
    let plan = plan(&list, &known, Source::Trust, &Decisions::new(), house.now().day());
    assert_eq!(plan.rows[0].fate, Fate::New);
    applies(&house, plan);
    assert_eq!(posts(&house, &house.read(people::everybody)[0])[0].school, school(&house, "Central team"));
}

// ── one school's HR

#[test]
fn one_schools_hr_changes_nobody_elsewhere_and_learns_of_nobody() {
    let house = trust();
    imports(&house, &[PRIYA, CARYS, AMIR]);
    let fairhaven = fairhaven(&house);
    let known = house.read(|conn| known(conn, &fairhaven, house.now().day()));
    let his_email = "005000,Jo,Lee,a.shah@saltmarsh.example,100001,Teacher,01/09/2026,,,,";
    let his_reference = "004300,Amir,Shah,,100001,Teacher,01/09/2026,,,,";
    let his_name = "005001,Amir,Shah,,100001,Teacher,01/09/2022,,,,";
    let his_team = "005002,Bo,Ash,,100001,Teacher,01/09/2026,,a.shah@saltmarsh.example,,";
    let his_school = "005003,Cy,Fox,,100002,Teacher,01/09/2026,,,,";

    let rows = [PRIYA, CARYS, his_email, his_reference, his_name, his_team, his_school];
    let plan = planned_with(&known, &rows, &Decisions::new(), house.now().day());

    let fates: Vec<&Fate> = plan.rows.iter().map(|row| &row.fate).collect();
    assert!(matches!(
        fates[..],
        [
            Fate::Unchanged,
            Fate::Unchanged,
            Fate::Rejected(_),
            Fate::Rejected(_),
            Fate::New,
            Fate::New,
            Fate::Rejected(_)
        ]
    ));
    assert!(plan.missing.is_empty());
    let told = format!("{:?} {:?}", plan.rows, plan.missing);
    for secret in ["Harbour", "Site manager", "Headteacher at"] {
        assert!(!told.contains(secret), "{told}");
    }
    let import = of(plan, fairhaven);
    assert!(matches!(house.act(move |act| apply(act, &import)), Outcome::Applied(_)));
    let amir = person(&house, "a.shah@saltmarsh.example");
    assert_eq!(posts(&house, &amir).len(), 1);
}

#[test]
fn somebody_at_two_schools_is_seen_with_the_post_at_ones_own() {
    let house = trust();
    let at_both = [PRIYA, "004120,Priya,Nair,p.nair@saltmarsh.example,100002,Tutor,01/09/2025,,,,"];
    imports(&house, &at_both);
    let known = house.read(|conn| known(conn, &fairhaven(&house), house.now().day()));

    let plan = planned_with(&known, &[PRIYA], &Decisions::new(), house.now().day());

    assert_eq!(plan.rows[0].fate, Fate::Unchanged);
    assert!(plan.missing.is_empty(), "the post at the other school is not theirs to miss: {:?}", plan.missing);
}

// ── letters

#[test]
fn a_name_that_certificates_cannot_print_is_said() {
    let list = staff_list(file(&["1,陳,Łukasz,,100001,Teacher,01/09/2024,,,,"]).as_bytes()).unwrap();
    let import::Row::Read(row) = &list.rows[0] else { panic!("{:?}", list.rows) };
    let warnings: Vec<String> = row.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("‘陳’"), "{warnings:?}");
}

// ── the log

#[test]
fn the_import_is_an_entry_with_its_file_and_its_counts() {
    let house = trust();
    let import = of(planned(&house, &[PRIYA, CARYS]), Scope::Trust);
    house.try_act(Actor::shell(), move |act| apply(act, &import)).unwrap();

    let acts: Vec<Option<Vec<u8>>> = house.read(|conn| {
        let entries = evidence_entries::table.filter(evidence_entries::kind.eq("staff-imported"));
        Ok(entries.select(evidence_entries::act).load(conn)?)
    });
    let told: Value = serde_json::from_slice(acts[0].as_deref().unwrap()).unwrap();
    assert_eq!(acts.len(), 1);
    assert_eq!(told["file_sha256"], "ab".repeat(32));
    assert_eq!(told["new_people"], 2);
}

// ── the command line

#[test]
fn the_command_line_says_every_fate_and_applies_only_when_told_to() {
    let house = trust();
    let list = file(&[PRIYA, "004301,Bo,Ash,,999999,Teacher,01/09/2026,,,,"]);
    let command = |apply| ImportCommand { file_name: "staff.csv", bytes: list.as_bytes(), school: None, apply };

    let (said, sound) = import_command(&house.database, house.now(), &command(false)).unwrap();
    assert!(!sound, "one row cannot be used");
    assert!(said.starts_with("staff.csv: 2 rows\n1 new person, 1 row rejected, 0 unchanged\n"), "{said}");
    assert!(said.contains("row 3, Bo Ash: School URN: URN 999999 is not one of the trust’s schools."), "{said}");
    assert!(said.contains("row 2, Priya Nair: Teacher, Fairhaven Primary, from 1 September 2024"), "{said}");
    assert!(said.ends_with("Nothing has changed yet. Add --apply to take the list in.\n"), "{said}");
    assert!(house.read(people::everybody).is_empty());

    let (said, _) = import_command(&house.database, house.now(), &command(true)).unwrap();
    assert!(said.ends_with("Done: 1 person added, 0 changed.\n"), "{said}");
    assert_eq!(house.read(people::everybody).len(), 1);
    let unknown = ImportCommand { school: Some("999999"), ..command(false) };
    assert!(import_command(&house.database, house.now(), &unknown).is_err());
}
