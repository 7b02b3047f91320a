//! Attempts in the database: begun once, answered once, finished once, on the version they began with.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use seamark::act::Act;
use seamark::assignments::{self, Assignment};
use seamark::attempts::rules::{Chosen, prompt_field, step_field};
use seamark::attempts::{self, Attempt, Progress, Verdict};
use seamark::certificates::{self, Key};
use seamark::clock::Day;
use seamark::courses::files::Folder;
use seamark::courses::{self, Course, Kind, Library, Question, QuestionKind};
use seamark::db::Conn;
use seamark::evidence::Actor;
use seamark::evidence::verify::{Covered, verify};
use seamark::keys::Secret;
use seamark::people::rules::{PostFlags, RoleGroup, Urn};
use seamark::people::{self, NewPerson, NewPost, Person};
use seamark::problem::{Problem, Result};

use crate::house::House;

const COURSE: &str = "acceptable-use";
const YEAR_STARTS: &str = "2026-09-01";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A school with one teacher, Priya, of whom the five courses are asked.
struct School {
    house: House,
    library: Arc<Library>,
    key: Arc<Key>,
    priya: Person,
}

impl School {
    fn new() -> School {
        School::with(Library::load(None).0)
    }

    fn with(library: Library) -> School {
        let house = House::new();
        house.it_is("2026-09-07", "09:00");
        let library = Arc::new(library);
        let shelf = library.clone();
        house.act(move |act| {
            courses::store_contents(act, &shelf)?;
            assignments::programme(act, &shelf.programme, day(YEAR_STARTS))?;
            people::add_school(act, &Urn::parse("123456").map_err(Problem::fault)?, "Oak Primary").map(|_| ())
        });
        let key = Arc::new(Key::new(&Secret([9; 32])).unwrap());
        let priya = house.act(|act| teacher(act, "Priya"));
        let school = School { house, library, key, priya };
        school.reconcile();
        school
    }

    fn reconcile(&self) {
        let now = self.house.now();
        let some = self.house.read(|conn| assignments::unreconciled(conn, now, 100));
        self.house.act(move |act| assignments::reconcile(act, &some));
    }

    fn course(&self) -> Arc<Course> {
        self.library.course(COURSE).unwrap()
    }

    fn assignment(&self, person: &Person) -> Assignment {
        let now = self.house.now();
        self.house.read(|conn| assignments::assignment_for(conn, person.id, Kind::Course, COURSE, now))
    }

    fn begins(&self, person: &Person) -> Attempt {
        self.try_begin(person).unwrap()
    }

    fn try_begin(&self, person: &Person) -> Result<Attempt> {
        let (assignment, course) = (self.assignment(person), self.course());
        self.house.try_act(Actor::system(), move |act| attempts::begin_or_resume(act, &assignment, &course))
    }

    fn sends(&self, person: &Person, attempt: &Attempt, place: usize, sent: Vec<(String, String)>) -> Result<Verdict> {
        let (library, key, person, attempt) = (self.library.clone(), self.key.clone(), person.id, attempt.id);
        self.house
            .try_act(Actor::system(), move |act| attempts::answer(act, &library, &key, person, attempt, place, &sent))
    }

    fn answers(&self, person: &Person, attempt: &Attempt, place: usize, right: bool) -> Verdict {
        let sent = self.form(attempt, place, right);
        let verdict = self.sends(person, attempt, place, sent).unwrap();
        assert!(verdict.stood_before || verdict.is_right == right);
        verdict
    }

    /// Answers every question, those at these places wrongly.
    fn finishes(&self, person: &Person, attempt: &Attempt, wrong: &[usize]) -> Verdict {
        let places = attempt.answers.len()..attempt.drawn.len();
        places
            .map(|place| self.answers(person, attempt, place, !wrong.contains(&place)))
            .collect::<Vec<_>>()
            .pop()
            .unwrap()
    }

    fn version(&self, attempt: &Attempt) -> Arc<Course> {
        self.house.read(|conn| self.library.course_at(conn, &attempt.slug, &attempt.content_version))
    }

    /// What a form sends for a right answer or a wrong one.
    fn form(&self, attempt: &Attempt, place: usize, right: bool) -> Vec<(String, String)> {
        let course = self.version(attempt);
        let question = attempt.question(&course, place).unwrap();
        form(question, &attempt.shown(&course, place).unwrap(), &example(question, right))
    }

    fn is_gate(&self, attempt: &Attempt, place: usize) -> bool {
        attempt.question(&self.version(attempt), place).unwrap().gate.is_some()
    }

    /// The first places that are no gate, and the gate's.
    fn plain_places(&self, attempt: &Attempt) -> Vec<usize> {
        (0..attempt.drawn.len()).filter(|place| !self.is_gate(attempt, *place)).collect()
    }

    fn is_complete(&self, person: &Person) -> bool {
        self.assignment(person).is_complete(self.house.now())
    }

    fn certificates(&self, person: &Person) -> usize {
        self.house.read(|conn| certificates::of_person(conn, person.id)).len()
    }

    fn progress(&self, person: &Person) -> Progress {
        let assignment = self.assignment(person).id;
        self.house.read(|conn| attempts::progress(conn, &[assignment])).remove(&assignment).unwrap_or_default()
    }

    fn entries(&self, kind: &str) -> i64 {
        use diesel::prelude::*;
        use seamark::schema::evidence_entries as e;
        let kind = kind.to_owned();
        self.house.read(|conn| Ok(e::table.filter(e::kind.eq(kind)).count().get_result(conn)?))
    }

    fn evidence_is_intact(&self) {
        let covered = [
            Covered { table: "attempts", rows: attempts::evidence_attempts },
            Covered { table: "completions", rows: assignments::evidence_completions },
        ];
        let key = self.house.log_key.signing_key().verifying_key();
        let verdict = self.house.read(|conn| verify(conn, &key, &covered));
        assert_eq!(verdict.complaints, Vec::<String>::new());
    }
}

fn teacher(act: &mut Act, forename: &str) -> Result<Person> {
    let new = NewPerson { forename: forename.to_owned(), surname: "Nair".to_owned(), ..NewPerson::default() };
    let person = people::add_person(act, &new)?;
    let school = people::schools(act.conn)?[0].id;
    let post = NewPost {
        school,
        job_title: "Teacher".to_owned(),
        role_group: RoleGroup::Teacher,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: day("2020-09-01"),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::add_post(act, &person, &post)?;
    Ok(person)
}

/// An answer by places in the file.
pub fn example(question: &Question, right: bool) -> Chosen {
    match &question.kind {
        QuestionKind::OneRight(choices) => {
            Chosen(vec![choices.iter().position(|choice| choice.is_right == right).unwrap()])
        }
        QuestionKind::SeveralRight(choices) => {
            let places = (0..choices.len()).filter(|place| choices[*place].is_right);
            Chosen(places.take(if right { choices.len() } else { 1 }).collect())
        }
        QuestionKind::Order { steps, .. } => {
            let mut places: Vec<usize> = (0..steps.len()).collect();
            if !right {
                places.rotate_left(1);
            }
            Chosen(places)
        }
        QuestionKind::Match { pairs, .. } => {
            let answers = question.kind.answers();
            let of = |answer: &str| answers.iter().position(|other| *other == answer).unwrap();
            let mut chosen: Vec<usize> = pairs.iter().map(|pair| of(&pair.answer)).collect();
            if !right {
                chosen[0] = (chosen[0] + 1) % answers.len();
            }
            Chosen(chosen)
        }
    }
}

/// The same as a form sends it: by shuffled positions, counted from 1.
pub fn form(question: &Question, shown: &[usize], chosen: &Chosen) -> Vec<(String, String)> {
    let position = |place: usize| (shown.iter().position(|other| *other == place).unwrap() + 1).to_string();
    match &question.kind {
        QuestionKind::Order { .. } => {
            let place = |step: usize| (chosen.0[step] + 1).to_string();
            shown.iter().enumerate().map(|(at, step)| (step_field(at), place(*step))).collect()
        }
        QuestionKind::Match { .. } => {
            chosen.0.iter().enumerate().map(|(prompt, place)| (prompt_field(prompt), position(*place))).collect()
        }
        _ => chosen.0.iter().map(|place| ("answer".to_owned(), position(*place))).collect(),
    }
}

// ── passing and failing

#[test]
fn eight_right_answers_complete_the_assignment_and_bring_the_certificate_at_once() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    assert_eq!(attempt.drawn.len(), 8);
    assert_eq!((attempt.number, attempt.content_version.as_str()), (1, school.course().version.as_str()));
    for place in 0..7 {
        assert_eq!(school.answers(&school.priya, &attempt, place, true).finished, None);
        assert!(!school.is_complete(&school.priya));
    }
    let tally = school.answers(&school.priya, &attempt, 7, true).finished.unwrap();
    assert!(tally.is_passed());
    assert!(school.is_complete(&school.priya));
    assert_eq!(school.certificates(&school.priya), 1);
    assert_eq!(school.entries("attempt-finished"), 1);
    school.evidence_is_intact();
    let refused = school.try_begin(&school.priya);
    assert!(matches!(refused, Err(Problem::Refused(_))), "{refused:?}");
}

#[test]
fn one_miss_passes_and_two_do_not() {
    for (misses, passes) in [(1, true), (2, false)] {
        let school = School::new();
        let attempt = school.begins(&school.priya);
        let wrong = &school.plain_places(&attempt)[..misses];
        let tally = school.finishes(&school.priya, &attempt, wrong).finished.unwrap();
        assert_eq!((tally.right, tally.needed, tally.is_passed()), (8 - misses, 7, passes));
        assert_eq!(school.is_complete(&school.priya), passes);
        assert_eq!(school.certificates(&school.priya), usize::from(passes));
        school.evidence_is_intact();
    }
}

#[test]
fn a_missed_gate_fails_with_seven_of_eight() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    let gates: Vec<usize> = (0..8).filter(|place| school.is_gate(&attempt, *place)).collect();
    assert_eq!(gates.len(), 1);
    let tally = school.finishes(&school.priya, &attempt, &gates).finished.unwrap();
    assert_eq!((tally.right, tally.is_passed()), (7, false));
    assert_eq!(tally.missed_gates, ["pupil-contact"]);
    assert!(!school.is_complete(&school.priya));
}

#[test]
fn after_a_fail_the_next_try_has_other_questions_and_another_of_the_gate() {
    let school = School::new();
    let first = school.begins(&school.priya);
    school.finishes(&school.priya, &first, &[0, 1, 2]);
    let second = school.begins(&school.priya);
    assert_eq!((second.number, second.drawn.len()), (2, 8));
    assert_ne!(second.id, first.id);
    assert!(second.drawn.iter().all(|id| !first.drawn.contains(id)));
    assert!((0..8).any(|place| school.is_gate(&second, place)));
    assert_eq!(school.progress(&school.priya).tries, 2);
}

// ── one answer, one attempt, one result

#[test]
fn a_second_answer_shows_the_stored_verdict_and_changes_nothing() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    school.answers(&school.priya, &attempt, 0, false);
    let again = school.answers(&school.priya, &attempt, 0, true);
    assert!(again.stood_before && !again.is_right);
    let now = school.house.read(|conn| attempts::own_attempt(conn, school.priya.id, attempt.id));
    assert_eq!(now.answers.len(), 1);
    assert!(!now.answers[0].is_right);
}

#[test]
fn an_open_attempt_is_resumed_and_never_drawn_again() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    (0..3).for_each(|place| drop(school.answers(&school.priya, &attempt, place, true)));
    school.house.it_is("2026-10-20", "16:05");
    let resumed = school.begins(&school.priya);
    assert_eq!((resumed.id, resumed.seed, &resumed.drawn), (attempt.id, attempt.seed, &attempt.drawn));
    assert_eq!(resumed.answers.len(), 3);
    assert_eq!(school.progress(&school.priya).open, Some((3, 8)));
    assert!(school.finishes(&school.priya, &resumed, &[]).finished.unwrap().is_passed());
}

#[test]
fn an_attempt_can_be_gone_on_with_until_the_cycle_ends_and_no_longer() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    school.house.it_is("2027-08-31", "23:00");
    school.answers(&school.priya, &attempt, 0, true);
    school.house.it_is("2027-09-01", "09:00");
    let sent = school.form(&attempt, 1, true);
    let refused = school.sends(&school.priya, &attempt, 1, sent);
    assert!(matches!(refused, Err(Problem::Refused(_))), "{refused:?}");
}

#[test]
fn what_is_blank_is_no_answer_and_no_question_can_be_skipped() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    let blank = school.sends(&school.priya, &attempt, 0, Vec::new());
    assert!(matches!(blank, Err(Problem::Invalid(_))), "{blank:?}");
    let sent = school.form(&attempt, 3, true);
    assert!(matches!(school.sends(&school.priya, &attempt, 3, sent), Err(Problem::Refused(_))));
    assert_eq!(school.progress(&school.priya).open, Some((0, 8)));
}

#[test]
fn nobody_answers_anybody_elses_attempt() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    let ben = school.house.act(|act| teacher(act, "Ben"));
    let sent = school.form(&attempt, 0, true);
    assert!(matches!(school.sends(&ben, &attempt, 0, sent), Err(Problem::NotFound)));
    let peeped = school.house.database.read(|conn| attempts::own_attempt(conn, ben.id, attempt.id));
    assert!(matches!(peeped, Err(Problem::NotFound)));
}

#[test]
fn twenty_who_send_the_last_answer_at_once_finish_it_once() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    (0..7).for_each(|place| drop(school.answers(&school.priya, &attempt, place, true)));
    let at_once = Barrier::new(20);
    let verdicts: Vec<Verdict> = std::thread::scope(|scope| {
        let (school, attempt, at_once) = (&school, &attempt, &at_once);
        let send = |number: usize| {
            let sent = school.form(attempt, 7, number.is_multiple_of(2));
            scope.spawn(move || {
                at_once.wait();
                school.sends(&school.priya, attempt, 7, sent).unwrap()
            })
        };
        let sending: Vec<_> = (0..20).map(send).collect();
        sending.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let finished: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.finished.as_ref()).collect();
    assert_eq!(finished.len(), 1);
    assert_eq!(verdicts.iter().map(|verdict| verdict.is_right).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(school.entries("attempt-finished"), 1);
    // Whoever came first may have been wrong, and the last question may be a gate.
    assert_eq!(school.certificates(&school.priya), usize::from(finished[0].is_passed()));
    school.evidence_is_intact();
}

#[test]
fn twenty_who_begin_at_once_begin_one_attempt() {
    let school = School::new();
    let at_once = Barrier::new(20);
    let begun: BTreeSet<i64> = std::thread::scope(|scope| {
        let (school, at_once) = (&school, &at_once);
        let begin = |_| {
            scope.spawn(move || {
                at_once.wait();
                school.begins(&school.priya).id
            })
        };
        let beginning: Vec<_> = (0..20).map(begin).collect();
        beginning.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(begun.len(), 1);
}

// ── versions

/// The built-in courses, with one sentence of one page of the course mended.
fn edited() -> Library {
    let page = "modules/acceptable-use/pages/whose-voice.md";
    let built_in = Folder::built_in();
    let text = String::from_utf8(built_in.bytes(page).unwrap().to_vec()).unwrap();
    let mended = built_in.overlaid_with(&Folder::new([(page.to_owned(), format!("{text}\nOne more line.\n").into())]));
    Library::of(&mended).0
}

#[test]
fn an_attempt_stays_on_the_version_it_began_with() {
    let mut school = School::new();
    let first = school.course().version.clone();
    let attempt = school.begins(&school.priya);
    school.answers(&school.priya, &attempt, 0, true);

    let newer = Arc::new(edited());
    let shelf = newer.clone();
    school.house.act(move |act| courses::store_contents(act, &shelf));
    school.library = newer;
    assert_ne!(school.course().version, first);

    let resumed = school.begins(&school.priya);
    assert_eq!((resumed.id, &resumed.content_version), (attempt.id, &first));
    assert!(school.finishes(&school.priya, &resumed, &[]).finished.unwrap().is_passed());
    let certificate = school.house.read(|conn| certificates::of_person(conn, school.priya.id)).remove(0);
    assert_eq!(certificate.content_version, first);
}

#[test]
fn a_finished_attempt_can_be_shown_again_exactly() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    school.finishes(&school.priya, &attempt, &[2]);
    let course = school.version(&attempt);
    let shown = school.house.read(|conn| attempts::own_attempt(conn, school.priya.id, attempt.id));
    assert_eq!(shown.drawn, attempt.drawn);
    for place in 0..8 {
        let question = shown.question(&course, place).unwrap();
        assert_eq!(shown.shown(&course, place).unwrap(), attempt.shown(&course, place).unwrap());
        assert_eq!(shown.answers[place].chosen, example(question, place != 2));
    }
    let past = school.house.read(|conn| attempts::own_attempts(conn, school.priya.id));
    assert_eq!(past.len(), 1);
    assert_eq!((past[0].right, past[0].drawn), (7, 8));
}

// ── reading on the way

#[test]
fn a_page_is_read_once_and_progress_says_so() {
    let school = School::new();
    let assignment = school.assignment(&school.priya).id;
    for page in ["three-kinds-of-post", "whose-voice", "three-kinds-of-post"] {
        school.house.act(move |act| attempts::read_page(act, assignment, page));
    }
    let progress = school.progress(&school.priya);
    assert_eq!(progress.pages_read.len(), 2);
    assert_eq!((progress.open, progress.tries, progress.is_begun()), (None, 0, true));
    assert_eq!(school.entries("attempt-finished"), 0);
}

#[test]
fn open_attempts_prove_nothing_and_a_changed_mark_is_found_out() {
    let school = School::new();
    let attempt = school.begins(&school.priya);
    school.answers(&school.priya, &attempt, 0, true);
    school.evidence_is_intact();
    school.finishes(&school.priya, &school.begins(&school.priya), &[3, 4, 5]);
    school.evidence_is_intact();
    school.house.act(move |act| forge_pass(act.conn, attempt.id));
    let key = school.house.log_key.signing_key().verifying_key();
    let covered = [Covered { table: "attempts", rows: attempts::evidence_attempts }];
    let verdict = school.house.read(|conn| verify(conn, &key, &covered));
    assert_eq!(verdict.complaints, [format!("attempts {}: passed is not what the log recorded", attempt.id)]);
}

fn forge_pass(conn: &mut Conn, attempt: i64) -> Result<()> {
    use diesel::prelude::*;
    use seamark::schema::attempts as a;
    diesel::update(a::table.find(attempt)).set(a::passed.eq(true)).execute(conn)?;
    Ok(())
}
