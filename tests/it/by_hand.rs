//! What HR change by hand holds at once: no page shows the change without what follows from it.

use seamark::assignments::{self, Assignment};
use seamark::people::rules::WorkEmail;
use seamark::people::{self, Person};

use crate::attestations_room::Trust;
use crate::house::browser::Page;

impl Trust {
    fn asked_of(&self, person: &Person) -> Vec<Assignment> {
        let (now, id) = (self.clock.now(), person.id);
        self.app.read(|conn| assignments::my_training(conn, id, now)).unwrap()
    }

    /// Nobody waits for the round that brings assignments to what should be.
    fn nobody_is_left_for_the_round(&self) -> bool {
        let now = self.clock.now();
        self.app.read(|conn| assignments::unreconciled(conn, now, 500)).unwrap().is_empty()
    }

    /// Helen fills in a form about somebody, and goes on to their page.
    fn helen_sends(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let helen = self.browser(&self.helen);
        helen.follows(&helen.fills_in(&helen.opens(page), action, fields))
    }
}

#[test]
fn whoever_is_added_by_hand_has_their_training_at_once() {
    let trust = Trust::new();
    let fields = [
        ("forename", "Ivy"),
        ("surname", "Moss"),
        ("email", "ivy.moss@oak.example.sch.uk"),
        ("school", "123456"),
        ("job_title", "Teacher"),
        ("role_group", "teacher"),
        ("start", "14/09/2026"),
    ];
    let page = trust.helen_sends("/people/add", "/people/add", &fields);
    assert!(page.says("Ivy Moss is on the list.") && !page.says("Nothing asked"), "{}", page.words());
    let email = WorkEmail::parse("ivy.moss@oak.example.sch.uk").unwrap();
    let ivy = trust.app.read(|conn| people::person_by_email(conn, &email)).unwrap().unwrap();
    assert_eq!(trust.asked_of(&ivy).len(), 7);
    let mine = trust.browser(&ivy).opens("/");
    assert!(mine.says("Data protection") && !mine.says("Nothing to do"), "{}", mine.words());
    assert!(trust.nobody_is_left_for_the_round() && trust.complaints().is_empty());
}

#[test]
fn whoever_leaves_is_asked_nothing_more_and_is_asked_again_if_they_stay() {
    let trust = Trust::new();
    let home = format!("/people/{}", trust.priya.id);
    let (form, action) = (format!("{home}/correct"), format!("{home}/leave"));
    let helen = trust.browser(&trust.helen);
    let post = trust.app.read(|conn| people::posts_of(conn, &[trust.priya.id])).unwrap()[0].post.id.to_string();
    trust.helen_sends(&form, &action, &[("post", &post), ("last_day", "14/09/2026")]);
    assert!(trust.asked_of(&trust.priya).is_empty() && trust.nobody_is_left_for_the_round());
    let taken_back = helen.opens(&form);
    let post =
        taken_back.form(&action).split("value=\"").filter_map(|rest| rest.split('"').next()).last().unwrap().to_owned();
    helen.fills_in(&taken_back, &action, &[("take_back", &post)]);
    assert_eq!(trust.asked_of(&trust.priya).len(), 7);
    assert!(trust.nobody_is_left_for_the_round());
}

#[test]
fn what_a_job_includes_and_who_is_away_hold_at_once() {
    let trust = Trust::new();
    let home = format!("/people/{}", trust.priya.id);
    let (helen, duties) = (trust.browser(&trust.helen), format!("{home}/duties"));
    let seen = helen.fills_in(&helen.opens(&format!("{home}/correct")), &duties, &[("duties", "leads")]);
    helen.follows(&helen.fills_in(&seen, &format!("{duties}/apply"), &[]));
    assert!(trust.nobody_is_left_for_the_round());
    let fields = [("forename", "Priya"), ("surname", "Nair-Shah"), ("email", "priya@oak.example.sch.uk")];
    trust.helen_sends(&format!("{home}/correct"), &format!("{home}/correct"), &fields);
    assert!(trust.nobody_is_left_for_the_round());
    let before = trust.asked_of(&trust.priya);
    let pause = format!("{home}/pause");
    let away = [("pause_from", "01/10/2026"), ("pause_to", "02/11/2026")];
    let preview = helen.fills_in(&helen.opens(&pause), &pause, &away);
    let done = helen.follows(&helen.fills_in(&preview, &format!("{pause}/apply"), &[]));
    assert!(done.says("Saved."), "{}", done.words());
    assert_ne!(trust.asked_of(&trust.priya), before, "the due days moved with it");
    assert!(trust.nobody_is_left_for_the_round());
}
