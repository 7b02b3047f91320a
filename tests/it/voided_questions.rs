//! A question that was not fair: it counts as right for everybody, nobody loses a pass, and who passes by it passed that day.

use seamark::assignments::rules::Standing;
use seamark::attempts::{self, Attempt};
use seamark::certificates;
use seamark::courses::Kind;
use seamark::evidence::Actor;
use seamark::people::Person;
use seamark::problem::Result;

use crate::attempts_room::{example, form};
use crate::attestations_room::Trust;

const SLUG: &str = "acceptable-use";

impl Trust {
    /// Goes through the questions with so many wrong answers, none of them at a gate.
    fn tries(&self, person: &Person, misses: usize) -> Attempt {
        let (assignment, course) =
            (self.assignment(person, Kind::Course, SLUG), self.app.library().course(SLUG).unwrap());
        let begun = {
            let course = course.clone();
            self.act(move |act| attempts::begin_or_resume(act, &assignment, &course))
        };
        let mut left = misses;
        for place in 0..begun.drawn.len() {
            let question = begun.question(&course, place).unwrap();
            let wrong = left > 0 && question.gate.is_none();
            left -= usize::from(wrong);
            let sent = form(question, &begun.shown(&course, place).unwrap(), &example(question, !wrong));
            let (library, key) = (self.app.library(), self.app.certificate_key.clone());
            let (person, id) = (person.id, begun.id);
            self.act(move |act| attempts::answer(act, &library, &key, person, id, place, &sent));
        }
        self.app.read(|conn| attempts::attempt(conn, begun.id)).unwrap()
    }

    fn voids(&self, question: &str) -> Result<usize> {
        let (library, key) = (self.app.library(), self.app.certificate_key.clone());
        let question = question.to_owned();
        self.app.act(Actor::system(), move |act| {
            attempts::void_question(act, &library, &key, SLUG, &question, "Two options can be right")
        })
    }

    fn missed(&self, attempt: &Attempt) -> String {
        let place = attempt.answers.iter().position(|answer| !answer.is_right).unwrap();
        attempt.drawn[place].clone()
    }
}

#[test]
fn an_attempt_that_passes_by_it_is_dated_the_day_it_was_taken() {
    let trust = Trust::new();
    trust.it_is("2026-10-30", "15:00");
    let failed = trust.tries(&trust.priya, 2);
    assert_eq!(failed.passed, Some(false), "6 of 8");
    trust.it_is("2026-11-24", "09:14");
    assert_eq!(trust.voids(&trust.missed(&failed)).unwrap(), 1);
    let done = trust.assignment(&trust.priya, Kind::Course, SLUG);
    let status = done.status(trust.clock.now());
    assert!(matches!(status.standing, Standing::Completed { late: false, .. }), "{}", status.why);
    assert_eq!(done.facts.completions[0].what.at.day(), "2026-10-30".parse().unwrap());
    let held = trust.app.read(|conn| certificates::of_person(conn, trust.priya.id)).unwrap();
    assert_eq!(held[0].completed, "2026-10-30".parse().unwrap());
    let page = trust.browser(&trust.priya).opens("/courses/acceptable-use/quiz");
    assert!(page.says("You passed: 7 of 8") && page.says("it counts as right for everybody"), "{}", page.words());
    assert_eq!(trust.entries("question-voided").len(), 1);
    assert!(trust.entries("question-voided")[0].to_string().contains("Two options can be right"));
    assert!(trust.complaints().is_empty(), "{:?}", trust.complaints());
}

#[test]
fn a_later_pass_gives_way_to_the_earlier_one_and_nobody_loses_any() {
    let trust = Trust::new();
    trust.it_is("2026-10-30", "15:00");
    let failed = trust.tries(&trust.priya, 2);
    trust.it_is("2026-11-10", "15:00");
    assert_eq!(trust.tries(&trust.priya, 0).passed, Some(true));
    assert_eq!(trust.tries(&trust.helen, 1).passed, Some(true));
    let late = trust.assignment(&trust.priya, Kind::Course, SLUG);
    assert!(matches!(late.status(trust.clock.now()).standing, Standing::Completed { late: true, .. }));
    trust.it_is("2026-11-24", "09:14");
    assert_eq!(trust.voids(&trust.missed(&failed)).unwrap(), 1);
    let in_time = trust.assignment(&trust.priya, Kind::Course, SLUG);
    assert!(matches!(in_time.status(trust.clock.now()).standing, Standing::Completed { late: false, .. }));
    assert!(trust.assignment(&trust.helen, Kind::Course, SLUG).is_complete(trust.clock.now()));
    assert!(trust.complaints().is_empty(), "{:?}", trust.complaints());
}

#[test]
fn a_voided_question_is_never_drawn_again_and_is_voided_once() {
    let trust = Trust::new();
    let failed = trust.tries(&trust.priya, 3);
    let question = trust.missed(&failed);
    assert_eq!(trust.voids(&question).unwrap(), 0, "6 of 8 is still too few");
    assert!(trust.voids(&question).is_err() && trust.voids("no-such-question").is_err());
    let now = trust.app.read(|conn| attempts::attempt(conn, failed.id)).unwrap();
    let course = trust.app.library().course(SLUG).unwrap();
    assert_eq!(now.tally(&course).unwrap().right, 6);
    for _ in 0..6 {
        assert!(!trust.tries(&trust.priya, 8).drawn.contains(&question));
    }
}

#[test]
fn a_voided_question_that_was_changed_or_removed_is_found() {
    let trust = Trust::new();
    let failed = trust.tries(&trust.priya, 2);
    trust.voids(&trust.missed(&failed)).unwrap();
    trust.tampers("UPDATE voided_questions SET why = 'No reason'");
    assert!(trust.complaints().iter().any(|said| said.contains("voided_questions")));
}
