//! The self-check: that nothing but its end can be sent, and that nothing but its end is kept.

use seamark::assignments;
use seamark::courses::Kind;
use seamark::evidence::Actor;
use seamark::people::rules::PostFlags;
use seamark::people::{self, NewPerson, NewPost};
use seamark::self_checks;

use crate::attestations_room::Trust;
use crate::house::browser::{Browser, attribute, tags};

const CHECK: &str = "/self-check";

#[test]
fn nothing_on_the_page_can_be_sent_but_the_token_and_i_have_finished() {
    let trust = Trust::new();
    let page = trust.browser(&trust.priya).opens(CHECK);
    let form = page.form(CHECK);
    let sent: Vec<_> = ["input", "button", "select", "textarea"]
        .iter()
        .flat_map(|name| tags(&form, name))
        .filter_map(|tag| attribute(&tag, " name").or_else(|| attribute(&tag, "name")))
        .collect();
    assert_eq!(sent, ["token", "edition"]);
    let ticks: Vec<String> = page.tags("input").into_iter().filter(|tag| tag.contains("checkbox")).collect();
    let groups = &trust.app.library().checklist("privacy-check").unwrap().groups;
    assert_eq!(groups[0].items.len(), 21, "X01 to X21");
    assert_eq!(ticks.len(), groups.iter().map(|group| group.items.len()).sum::<usize>());
    for tick in ticks {
        assert!(!tick.contains("name=") && !tick.contains("form=") && !tick.contains("checked"), "{tick}");
        assert!(tick.contains("autocomplete=\"off\""), "{tick}");
    }
    assert_eq!(page.tags("details").len(), groups.len());
}

#[test]
fn opening_a_platform_asks_the_server_for_nothing() {
    let trust = Trust::new();
    let words = trust.browser(&trust.priya).opens(CHECK).words();
    let platforms: Vec<&str> =
        words.split("<details ").skip(1).map(|rest| rest.split("</details>").next().unwrap()).collect();
    for platform in platforms {
        for fetching in ["href=", "src=", "action=", "formaction", " name=", "url(", "<a ", "<img", "<form", "<iframe"]
        {
            assert!(!platform.contains(fetching), "{fetching} in {platform}");
        }
    }
    let scripts: Vec<String> = tags(&words, "script");
    assert!(scripts.len() == 1 && scripts[0].contains("src=\"/static/remember.js\""), "{scripts:?}");
    let script = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/static/built/remember.js")).unwrap();
    for sending in
        ["fetch", "XMLHttp", "sendBeacon", "WebSocket", "EventSource", "location", "import", "cookie", "Image"]
    {
        assert!(!script.contains(sending), "the script knows of {sending}");
    }
}

#[test]
fn ticks_are_kept_by_the_browser_alone_and_never_offered_on_a_shared_computer() {
    let trust = Trust::new();
    let own = trust.browser(&trust.priya).opens(CHECK);
    assert!(own.says("Remember my ticks on this device") && own.says("Forget them"));
    assert!(!own.says(&trust.priya.pseudonym));
    let shared = Browser::on_a_shared_computer(&trust.app, trust.priya.id).opens(CHECK);
    assert!(shared.status == 200 && shared.says("X01"));
    assert!(!shared.says("<script") && !shared.says("Remember my ticks"));
}

#[test]
fn the_school_accounts_have_a_list_and_a_page_of_their_own() {
    const ACCOUNTS: &str = "/self-check/school-account-check";
    let trust = Trust::new();
    let looking = trust.browser(&trust.priya).opens(ACCOUNTS);
    assert!(
        looking.status == 200 && looking.says("SA01") && !looking.says("I have finished"),
        "whoever likes may read it"
    );
    let (priya, oak) = (trust.priya.clone(), trust.app.read(people::schools).unwrap()[0].id);
    trust.act(move |act| {
        let post = people::posts_of(act.conn, &[priya.id])?.remove(0);
        let flags = PostFlags { account_administrator: true, ..post.post.flags };
        people::add_post(act, &priya, &NewPost { flags, school: oak, ..NewPost::from(&post) })?;
        assignments::reconcile(act, &[priya.id])
    });
    let priya = trust.browser(&trust.priya);
    assert!(priya.opens("/").says(&format!("href=\"{ACCOUNTS}\"")));
    let edition = trust.app.library().checklist("school-account-check").unwrap().version.clone();
    let done = priya.fills_in(&priya.opens(ACCOUNTS), ACCOUNTS, &[("edition", &edition)]);
    assert_eq!(done.location.as_deref(), Some("/self-check/school-account-check?finished"));
    assert!(priya.follows(&done).says("Finished on 15 September 2026"));
    assert!(trust.assignment(&trust.priya, Kind::Checklist, "school-account-check").is_complete(trust.clock.now()));
    assert!(!trust.assignment(&trust.priya, Kind::Checklist, "privacy-check").is_complete(trust.clock.now()));
    assert_eq!(priya.opens("/self-check/no-such-list").status, 404);
    assert!(trust.complaints().is_empty());
}

#[test]
fn finishing_records_the_day_and_the_edition_and_nothing_else() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let page = priya.opens(CHECK);
    let edition = trust.app.library().checklist("privacy-check").unwrap().version.clone();
    let done = priya.fills_in(&page, CHECK, &[("edition", &edition), ("X03", "I have someone to remove")]);
    assert_eq!(done.location.as_deref(), Some("/self-check?finished"));
    assert_eq!(priya.fills_in(&page, CHECK, &[("edition", &edition)]).status, 303, "sent twice");
    assert!(priya.follows(&done).says("Finished on 15 September 2026"));
    let entries = trust.entries("self-check");
    assert_eq!(entries.len(), 1);
    let mut facts: Vec<&String> = entries[0].as_object().unwrap().keys().collect();
    facts.sort();
    assert_eq!(facts, ["cycle", "rows"]);
    assert!(!entries[0].to_string().contains("X03") && !entries[0].to_string().contains("remove"));
    let assignment = trust.assignment(&trust.priya, Kind::Checklist, "privacy-check");
    assert!(assignment.is_complete(trust.clock.now()));
    assert!(trust.complaints().is_empty());
}

#[test]
fn the_list_stays_open_to_look_at_again() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let edition = trust.app.library().checklist("privacy-check").unwrap().version.clone();
    priya.fills_in(&priya.opens(CHECK), CHECK, &[("edition", &edition)]);
    let again = priya.opens(CHECK);
    assert!(again.says("You finished this on 15 September 2026.") && !again.says("I have finished"));
    assert_eq!(priya.opens("/self-check?finished").status, 200);
}

#[test]
fn whoever_is_asked_for_none_may_read_the_list_and_has_nothing_to_send() {
    let trust = Trust::new();
    let volunteer = trust.act(|act| {
        let new = NewPerson { forename: "Vi".into(), surname: "Ash".into(), ..NewPerson::default() };
        people::add_person(act, &new)
    });
    let vi = trust.browser(&volunteer);
    let page = vi.opens(CHECK);
    assert!(page.status == 200 && page.says("X01") && !page.says("I have finished"));
    let token = attribute(&page.form("/sign-out"), "value").unwrap();
    assert_eq!(vi.posts(CHECK, &[("token".to_owned(), token)]).status, 404);
}

#[test]
fn an_edition_that_never_was_is_not_recorded() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    assert_eq!(priya.fills_in(&priya.opens(CHECK), CHECK, &[("edition", "7c1e")]).status, 404);
    assert!(trust.entries("self-check").is_empty());
}

#[test]
fn nobody_finishes_anybody_elses_self_check() {
    let trust = Trust::new();
    let theirs = trust.assignment(&trust.priya, Kind::Checklist, "privacy-check");
    let edition = trust.app.library().checklist("privacy-check").unwrap().version.clone();
    let (library, key, helen) = (trust.app.library(), trust.app.certificate_key.clone(), trust.helen.clone());
    let finished =
        trust.app.act(Actor::system(), move |act| self_checks::finish(act, &library, &key, &helen, &theirs, &edition));
    assert!(finished.is_err());
}

#[test]
fn a_self_check_that_was_changed_or_removed_is_found() {
    for (tampering, found) in [
        ("UPDATE self_checks SET done_at = done_at - 1", "done_at is not what the log recorded"),
        ("DELETE FROM self_checks", "is in the log but no longer in the table"),
    ] {
        let trust = Trust::new();
        let priya = trust.browser(&trust.priya);
        let edition = trust.app.library().checklist("privacy-check").unwrap().version.clone();
        priya.fills_in(&priya.opens(CHECK), CHECK, &[("edition", &edition)]);
        trust.tampers(tampering);
        let complaints = trust.complaints();
        assert!(complaints.iter().any(|said| said.contains("self_checks") && said.contains(found)), "{complaints:?}");
    }
}
