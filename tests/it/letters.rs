//! How letters leave: links made at the moment of sending, the reader's working hours, a mail server's moods, and a stop in
//! the middle.

use diesel::prelude::*;
use seamark::app::{App, read_house};
use seamark::evidence::Actor;
use seamark::identity::{self, LinkState, Opening};
use seamark::mail::outbox::{self, Row};
use seamark::mail::{self, Delivery, Letter, Transport};
use seamark::people::rules::WorkEmail;
use seamark::people::{Person, Scope};
use seamark::postman::{ONCE_ONLY, OWN_LINK, send_due};
use seamark::{people, reminders, rounds, schema, settings};
use serde_json::json;

use crate::attestations_room::Trust;
use crate::house::at;
use crate::house::post_office::{Manner, PostOffice};

/// The trust of the signing tests with a way out for its letters. It is 9:14 on Tuesday 15 September 2026.
struct Office {
    trust: Trust,
    app: App,
    caught: Delivery,
}

impl Office {
    fn new() -> Office {
        let trust = Trust::new();
        trust.act(|act| {
            let from = "Saltmarsh training <training@saltmarsh.example>";
            settings::write(act.conn, act.now, None, settings::MAIL_FROM, from)?;
            settings::write(act.conn, act.now, None, settings::MAIL_REPLY, "hr@saltmarsh.example")
        });
        read_house(&trust.app.desk).unwrap();
        let caught = Delivery::default();
        let app = App { transport: Some(Transport::Memory(caught.clone())), ..trust.app.clone() };
        Office { trust, app, caught }
    }

    fn with_server() -> (Office, PostOffice) {
        let mut office = Office::new();
        let server = PostOffice::open();
        office.app.transport = Some(Transport::parse(&server.url()).unwrap());
        (office, server)
    }

    /// Sends what is due; gives how many left.
    fn sends(&self) -> usize {
        send_due(&self.app).unwrap()
    }

    fn asks_for_a_link(&self, email: &str) {
        let (keyring, email) = (self.app.keyring.clone(), WorkEmail::parse(email).unwrap());
        self.trust.act(move |act| identity::ask_for_link(act, &keyring, &email).map(|_| ()));
    }

    fn chases(&self, person: &Person) {
        let (library, id) = (self.app.library(), person.id);
        self.trust.act(move |act| reminders::chase(act, &library, &Scope::Trust, &[id], "Helen Nair").map(|_| ()));
    }

    /// A letter that leaves at once, and one that waits for its reader's day.
    fn posts(&self, kind: &'static str, person: &Person, values: serde_json::Value) {
        let person = person.clone();
        self.trust.act(move |act| {
            let letter = Letter {
                kind,
                person: Some(person.id),
                recipient: person.work_email.as_ref().unwrap().to_string(),
                recipient_name: person.name(),
                values: values.clone(),
                not_before: act.now,
            };
            act.post(&letter).map(|_| ())
        });
    }

    fn posts_a_settled_query(&self) {
        let values = json!({
            "forename": "Priya", "policy": "Social media policy", "is_answer": true, "is_connection": false,
            "is_discussed": false, "answer": "Yes, it does.",
        });
        self.posts("query-settled", &self.trust.priya, values);
    }

    /// The newest letter in the outbox.
    fn row(&self) -> Row {
        self.app.read(|conn| outbox::newest(conn, 1)).unwrap().remove(0)
    }

    fn links(&self) -> i64 {
        self.app.read(|conn| Ok(schema::links::table.count().get_result(conn)?)).unwrap()
    }

    fn opens(&self, token: &str) -> Opening {
        let (keyring, token) = (self.app.keyring.clone(), token.to_owned());
        self.trust.act(move |act| identity::open_session(act, &keyring, &token, false))
    }
}

fn token(text: &str) -> String {
    let rest = text.split("/sign-in/link/").nth(1).unwrap_or_else(|| panic!("no link in\n{text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

fn corrected(person: &Person, email: Option<&str>) -> Person {
    Person { work_email: email.map(|email| email.parse().unwrap()), ..person.clone() }
}

// ── links

#[test]
fn the_link_is_in_the_letter_that_leaves_and_nowhere_else() {
    let office = Office::new();
    office.asks_for_a_link("priya@oak.example.sch.uk");
    assert_eq!(office.links(), 0, "none is made before the letter leaves");
    assert_eq!(office.sends(), 1);
    let left = &office.caught.letters()[0];
    let token = token(&left.text);
    assert_eq!((left.recipient.as_str(), token.len()), ("priya@oak.example.sch.uk", 43), "256 bits");
    let row = office.row();
    assert_eq!(row.state, outbox::SENT);
    assert!(row.copy.as_ref().unwrap().contains(OWN_LINK));
    for kept in [row.copy.unwrap(), row.letter_values, row.subject.unwrap()] {
        assert!(!kept.contains(&token), "{kept}");
    }
    let hashes: Vec<Vec<u8>> =
        office.app.read(|conn| Ok(schema::links::table.select(schema::links::token_hash).load(conn)?)).unwrap();
    assert_eq!(hashes, [seamark::ids::sha256(token.as_bytes()).to_vec()]);
    assert!(matches!(office.opens(&token), Opening::Opened { .. }));
}

#[test]
fn a_links_time_runs_from_the_moment_when_its_letter_left() {
    let office = Office::new();
    office.asks_for_a_link("priya@oak.example.sch.uk");
    office.chases(&office.trust.helen);
    office.trust.it_is("2026-09-15", "16:00");
    assert_eq!(office.sends(), 2);
    let letters = office.caught.letters();
    let of = |name: &str| token(&letters.iter().find(|letter| letter.recipient.starts_with(name)).unwrap().text);
    let look = |token: &str, instant| office.app.read(|conn| identity::look_at_link(conn, token, instant)).unwrap();
    let left = at("2026-09-15", "16:00");
    for (token, minutes) in [(of("priya"), 15), (of("helen"), 14 * 24 * 60)] {
        assert!(matches!(look(&token, seamark::clock::Instant(left.plus_minutes(minutes).0 - 1)), LinkState::Good(_)));
        assert!(matches!(look(&token, left.plus_minutes(minutes)), LinkState::Spent(_)));
    }
}

#[test]
fn a_reminders_link_opens_staff_rights_only_even_for_hr() {
    let office = Office::new();
    office.chases(&office.trust.helen);
    office.sends();
    let Opening::Opened { cookie, .. } = office.opens(&token(&office.caught.letters()[0].text)) else { panic!() };
    let helen = crate::house::browser::Browser::with(&office.app, &cookie);
    assert_eq!(helen.opens("/").status, 200);
    assert_eq!(helen.opens("/overview").status, 404);
    assert_eq!(office.trust.browser(&office.trust.helen).opens("/overview").status, 200);
}

#[test]
fn a_letter_that_left_is_an_entry_about_its_reader_and_the_log_is_intact() {
    let office = Office::new();
    office.chases(&office.trust.priya);
    assert_eq!(office.trust.entries("letter-sent").len(), 0);
    office.sends();
    let entries = office.trust.entries("letter-sent");
    assert_eq!((entries.len(), &entries[0]["letter_kind"]), (1, &json!("reminder")));
    assert!(office.trust.complaints().is_empty());
}

// ── when

#[test]
fn links_and_receipts_leave_at_any_hour_and_the_rest_in_its_readers_working_hours() {
    let office = Office::new();
    // Saturday, in the middle of the night.
    office.trust.it_is("2026-09-19", "03:00");
    office.asks_for_a_link("priya@oak.example.sch.uk");
    office.posts("trial", &office.trust.helen, json!({ "forename": "Helen" }));
    assert_eq!(office.sends(), 2);
    office.chases(&office.trust.priya);
    office.posts_a_settled_query();
    for (day, time) in [("2026-09-19", "12:00"), ("2026-09-20", "12:00"), ("2026-09-21", "07:59")] {
        office.trust.it_is(day, time);
        assert_eq!(office.sends(), 0, "{day} at {time}");
    }
    office.trust.it_is("2026-09-21", "08:00");
    assert_eq!(office.sends(), 2);
}

#[test]
fn a_letter_that_waited_for_the_server_until_the_evening_leaves_next_morning() {
    let office = Office::new();
    office.trust.it_is("2026-09-15", "17:59");
    office.chases(&office.trust.priya);
    office.posts_a_settled_query();
    office.trust.it_is("2026-09-15", "18:00");
    assert_eq!(office.sends(), 0, "the server was away for a minute");
    assert_eq!(office.row().not_before, at("2026-09-16", "08:00").0);
    office.trust.it_is("2026-09-16", "08:00");
    assert_eq!(office.sends(), 2);
}

#[test]
fn whoever_has_finished_left_or_is_away_gets_no_reminder_any_more() {
    let office = Office::new();
    let (priya, helen, mo) = (office.trust.priya.clone(), office.trust.helen.clone(), office.trust.mo.clone());
    office.trust.it_is("2026-09-15", "19:00");
    [&priya, &helen, &mo].into_iter().for_each(|person| office.chases(person));
    office.trust.does_what_comes_first(&priya);
    let finished = priya.clone();
    office.trust.act(move |act| {
        let policy = act_assignment(act, &finished)?;
        seamark::assignments::exempt(act, &finished, Some(policy), "Signed on paper", act.now.day(), None).map(|_| ())
    });
    office.trust.act(move |act| people::leave(act, &helen, act.now.day()));
    office.trust.act(move |act| people::pause(act, &mo, act.now.day(), None).map(|_| ()));
    office.trust.it_is("2026-09-16", "10:00");
    assert_eq!(office.sends(), 0);
    assert_eq!(office.links(), 0);
    let states: Vec<String> = office.trust.letters("reminder").into_iter().map(|row| row.state).collect();
    assert_eq!(states, [reminders::WITHDRAWN; 3]);
}

fn act_assignment(act: &mut seamark::act::Act, person: &Person) -> seamark::problem::Result<i64> {
    let kind = seamark::courses::Kind::Policy;
    let found =
        seamark::assignments::assignment_for(act.conn, person.id, kind, crate::attestations_room::POLICY, act.now)?;
    Ok(found.requirement)
}

// ── to whom

#[test]
fn a_letter_goes_to_the_address_that_its_reader_has_when_it_leaves() {
    let office = Office::new();
    office.trust.it_is("2026-09-15", "19:00");
    office.chases(&office.trust.priya);
    let right = corrected(&office.trust.priya, Some("p.nair@oak.example.sch.uk"));
    office.trust.act(move |act| people::correct_person(act, &right));
    office.trust.it_is("2026-09-16", "10:00");
    assert_eq!(office.sends(), 1);
    assert_eq!(office.caught.letters()[0].recipient, "p.nair@oak.example.sch.uk");
    assert_eq!(office.row().recipient, "p.nair@oak.example.sch.uk");
}

#[test]
fn a_letter_stays_when_its_reader_has_no_address_any_more() {
    let office = Office::new();
    office.asks_for_a_link("priya@oak.example.sch.uk");
    let without = corrected(&office.trust.priya, None);
    office.trust.act(move |act| people::correct_person(act, &without));
    assert_eq!((office.sends(), office.links()), (0, 0));
    assert_eq!(office.row().state, reminders::WITHDRAWN);
}

// ── over SMTP

#[test]
fn letters_really_leave_over_smtp_as_their_reader_should_see_them() {
    let (office, server) = Office::with_server();
    office.chases(&office.trust.priya);
    assert_eq!(office.sends(), 1);
    let arrived = server.arrived().remove(0);
    assert!(arrived.from.contains("<training@saltmarsh.example>") && arrived.to.contains("<priya@oak.example.sch.uk>"));
    assert_eq!(arrived.header("Reply-To").unwrap(), "hr@saltmarsh.example");
    assert!(arrived.header("To").unwrap().contains("priya@oak.example.sch.uk"));
    assert!(arrived.header("Subject").unwrap().contains("7 things to finish"), "{}", arrived.raw);
    assert!(arrived.header("Message-ID").unwrap().contains(&office.row().message_id));
    let text = arrived.text();
    assert!(text.starts_with("Dear Priya,") && text.contains("Helen Nair, Saltmarsh Academies Trust"), "{text}");
    assert!(text.contains("It is due on"), "{text}");
    let link = token(&text);
    assert!(matches!(office.opens(&link), Opening::Opened { .. }));
}

#[test]
fn no_name_can_bring_a_header_or_a_second_recipient_with_it() {
    let (office, server) = Office::with_server();
    let name = "Zoë\r\nBcc: all@oak.example.sch.uk\r\n\r\nHello <x@elsewhere.example>, \"Ash\"";
    let named = Person { preferred_forename: name.to_owned(), ..office.trust.priya.clone() };
    office.trust.act(move |act| people::correct_person(act, &named));
    office.asks_for_a_link("priya@oak.example.sch.uk");
    assert_eq!(office.sends(), 1);
    let arrived = server.arrived().remove(0);
    assert_eq!(arrived.header("Bcc"), None, "{}", arrived.raw);
    assert!(arrived.to.contains("<priya@oak.example.sch.uk>"));
    assert!(arrived.text().contains("Zoë"), "{}", arrived.raw);
}

#[test]
fn a_server_that_is_not_there_or_says_later_is_tried_again_after_1_2_and_4_minutes() {
    let (office, server) = Office::with_server();
    office.asks_for_a_link("priya@oak.example.sch.uk");
    let mut now = at("2026-09-15", "09:14");
    let moods = [Manner::HangsUpAtOnce, Manner::Answers("451 try later"), Manner::Answers("421 busy")];
    for (mood, minutes) in moods.into_iter().zip([1, 2, 4]) {
        server.is(mood);
        assert_eq!(office.sends(), 0);
        let row = office.row();
        assert_eq!((row.state.as_str(), row.not_before), (outbox::WAITING, now.plus_minutes(minutes).0), "{mood:?}");
        now = now.plus_minutes(minutes);
        office.trust.clock.set(now);
    }
    server.is(Manner::Takes);
    assert_eq!(office.sends(), 1);
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn what_our_own_settings_got_wrong_is_not_held_against_the_reader() {
    let (office, server) = Office::with_server();
    office.chases(&office.trust.priya);
    for words in ["535 5.7.8 wrong password", "530 sign in first", "550 5.7.60 you may not send as this"] {
        server.is(Manner::Answers(words));
        assert_eq!(office.sends(), 0);
        assert_eq!(office.row().state, outbox::WAITING, "{words}");
        office.trust.clock.set(seamark::clock::Instant(office.row().not_before));
    }
}

#[test]
fn a_letter_to_an_address_that_does_not_exist_is_given_up_at_once() {
    let (office, server) = Office::with_server();
    server.is(Manner::Answers("550 5.1.1 nobody here of that name"));
    office.chases(&office.trust.priya);
    assert_eq!(office.sends(), 0);
    let row = office.row();
    assert_eq!(row.state, outbox::FAILED);
    assert!(row.problem.unwrap().contains("nobody here of that name"));
}

#[test]
fn a_letter_is_given_up_after_twelve_tries() {
    let (office, server) = Office::with_server();
    server.is(Manner::Answers("451 try later"));
    office.asks_for_a_link("priya@oak.example.sch.uk");
    for _ in 0..outbox::TRIES {
        assert_eq!(office.row().state, outbox::WAITING);
        office.trust.clock.set(seamark::clock::Instant(office.row().not_before));
        office.sends();
    }
    assert_eq!((office.row().state.as_str(), office.row().attempts), (outbox::FAILED, 12));
}

#[test]
fn a_reminder_that_may_have_arrived_is_not_sent_again_and_a_link_is_under_the_same_id() {
    let (office, server) = Office::with_server();
    server.is(Manner::HangsUpAfterTheLetter);
    office.chases(&office.trust.priya);
    assert_eq!(office.sends(), 0);
    assert_eq!(office.row().state, outbox::UNCERTAIN);
    office.asks_for_a_link("helen@oak.example.sch.uk");
    let message_id = office.row().message_id;
    assert_eq!(office.sends(), 0);
    server.is(Manner::Takes);
    office.trust.it_is("2026-09-15", "10:00");
    assert_eq!(office.sends(), 1, "the link alone");
    let arrived = server.arrived().remove(0);
    assert!(arrived.to.contains("helen@") && arrived.header("Message-ID").unwrap().contains(&message_id));
}

// ── a stop in the middle, and many hands

#[test]
fn after_a_stop_in_the_middle_of_sending_links_go_again_and_reminders_do_not() {
    let office = Office::new();
    office.chases(&office.trust.priya);
    office.asks_for_a_link("helen@oak.example.sch.uk");
    office.trust.act(|act| {
        let due = outbox::due(act.conn, act.now, 10)?;
        assert_eq!(due.len(), 2);
        due.iter().try_for_each(|row| outbox::take(act.conn, row.id, act.now).map(|_| ()))
    });
    assert_eq!(office.sends(), 0, "both are in another hand");
    office.trust.act(|act| outbox::recover(act.conn, act.now, ONCE_ONLY));
    assert_eq!(office.sends(), 0, "which may be another server's, and has time to say what became of them");
    let later = office.trust.clock.now().plus_minutes(outbox::MINUTES_IN_HAND);
    office.trust.clock.set(later);
    assert_eq!(office.sends(), 1);
    assert_eq!(office.caught.letters()[0].recipient, "helen@oak.example.sch.uk");
    assert_eq!(office.trust.letters("reminder")[0].state, outbox::UNCERTAIN);
}

#[test]
fn many_hands_send_each_letter_once() {
    let office = Office::new();
    office.trust.act(|act| {
        for number in 0..60 {
            let letter = Letter {
                kind: "trial",
                person: None,
                recipient: format!("reader{number}@oak.example.sch.uk"),
                recipient_name: "A reader".to_owned(),
                values: json!({ "forename": "A" }),
                not_before: act.now,
            };
            mail::queue(act.conn, act.now, &letter)?;
        }
        Ok(())
    });
    let sent: usize = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..3).map(|_| scope.spawn(|| office.sends())).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    });
    let mut readers: Vec<String> = office.caught.letters().into_iter().map(|letter| letter.recipient).collect();
    readers.sort();
    readers.dedup();
    assert_eq!((sent, office.caught.letters().len(), readers.len()), (60, 60, 60));
}

#[test]
fn without_a_way_out_letters_wait() {
    let office = Office::new();
    let app = App { transport: Some(Transport::None), ..office.app.clone() };
    office.asks_for_a_link("priya@oak.example.sch.uk");
    assert_eq!(rounds::run(&app, "letters").unwrap(), "");
    assert_eq!((office.row().state.as_str(), office.row().attempts), (outbox::WAITING, 0));
}

#[test]
fn in_a_folder_each_letter_is_a_file_for_the_programs_own_user() {
    let office = Office::new();
    let folder = tempfile::tempdir().unwrap();
    let letters = folder.path().join("letters");
    let app = App { transport: Some(Transport::Folder(letters.clone())), ..office.app.clone() };
    office.asks_for_a_link("priya@oak.example.sch.uk");
    assert_eq!(rounds::run(&app, "letters").unwrap(), "1 letters sent");
    let file = letters.join(format!("{}.eml", office.row().message_id));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("To: ") && written.contains("/sign-in/link/"), "{written}");
}

#[test]
fn a_letter_that_cannot_be_written_out_waits_until_it_can() {
    let office = Office::new();
    office.posts("query-settled", &office.trust.priya, json!({ "forename": "Priya" }));
    assert_eq!(office.sends(), 0);
    let row = office.row();
    assert_eq!(row.state, outbox::WAITING);
    assert!(row.problem.unwrap().contains("query-settled"));
    let whom = Actor::system();
    assert!(office.app.act(whom, |act| outbox::due(act.conn, act.now.plus_minutes(5), 10)).unwrap().len() == 1);
}
