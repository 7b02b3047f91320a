//! The first start, and what an administrator may change afterwards.

use seamark::mail::Transport;
use seamark::people::rules::WorkEmail;
use seamark::{assignments, people, settings, setup};

use crate::house::Home;
use crate::house::browser::{Browser, Page, attribute};
use crate::house::site::Site;

const ANSWERS: [(&str, &str); 9] = [
    ("trust_name", "Larkfield Learning Trust"),
    ("schools", "100001, Larkfield Primary\r\ncentral, Trust office"),
    ("address", "https://training.saltmarsh.example"),
    ("mail", "folder"),
    ("mail_from", "training@larkfield.example"),
    ("forename", "Amina"),
    ("surname", "Okoye"),
    ("email", "amina.okoye@larkfield.example"),
    ("school", "central"),
];

/// A start at which nothing is there yet, and the address that it prints.
fn first_start() -> (Site, String) {
    let site = Site::before_set_up(Home::new());
    let code = site.act(|act| setup::fresh_code(act.conn, act.now)).unwrap();
    (site, format!("/setup?code={code}"))
}

fn fills_in(site: &Site, address: &str, answers: &[(&str, &str)]) -> Page {
    let browser = Browser::stranger(&site.app);
    let page = browser.opens(address);
    assert_eq!(page.status, 200);
    let written = page.hidden(&address.replace('=', "&#x3D;"));
    let typed = answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    browser.posts(address, &written.into_iter().chain(typed).collect::<Vec<_>>())
}

#[test]
fn the_first_administrator_signs_in_and_finds_their_training() {
    let (site, address) = first_start();
    let done = fills_in(&site, &address, &ANSWERS);
    assert!(done.location.as_ref().is_some_and(|to| to.starts_with("/sign-in/link/")), "{}", done.words());
    let email = WorkEmail::parse("amina.okoye@larkfield.example").unwrap();
    let amina = site.read(|conn| people::person_by_email(conn, &email)).unwrap();
    let open = site.read(|conn| assignments::unreconciled(conn, site.clock.now(), 10));
    assert_eq!(open, Vec::<i64>::new(), "nobody waits for the round");
    let home = Browser::of(&site.app, amina.id).opens("/");
    assert!(home.says("Acceptable use of social media"), "{}", home.words());
}

#[test]
fn the_address_of_set_up_works_once() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    assert_eq!(Browser::stranger(&site.app).opens(&address).status, 404);
    assert_eq!(site.act(|act| setup::fresh_code(act.conn, act.now)), None);
}

#[test]
fn a_wrong_code_finds_nothing() {
    let (site, _) = first_start();
    assert_eq!(Browser::stranger(&site.app).opens("/setup?code=abc").status, 404);
    assert_eq!(Browser::stranger(&site.app).opens("/setup").status, 404);
}

#[test]
fn what_needs_putting_right_is_listed_in_the_order_of_the_page_and_nothing_typed_is_lost() {
    let (site, address) = first_start();
    let with = |name: &str, value: &'static str| {
        ANSWERS.map(|(known, held)| (known, if known == name { value } else { held }))
    };
    let again = fills_in(&site, &address, &with("schools", "Larkfield Primary"));
    assert_eq!(again.status, 422);
    assert!(again.says("Line 1: write a URN of its own, a comma, and the school’s name"));
    assert!(again.says("amina.okoye@larkfield.example") && again.says("Larkfield Learning Trust"));

    let empty = fills_in(&site, &address, &[("mail", "server")]).words();
    let summary = empty.split("<h1").next().unwrap();
    let places: Vec<usize> = [
        "the trust’s name",
        "at least one school",
        "an address such as",
        "a server such as",
        "letters come from",
        "first name",
        "last name",
        "work email",
    ]
    .iter()
    .map(|words| summary.find(words).unwrap_or_else(|| panic!("no “{words}” in {summary}")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_mail_servers_password_is_kept_out_of_the_database() {
    let (site, address) = first_start();
    let mut answers = ANSWERS.to_vec();
    answers.retain(|(name, _)| *name != "mail");
    answers.extend([("mail", "server"), ("mail_server", "smtps://user:secret@mail.larkfield.example:465")]);
    let again = fills_in(&site, &address, &answers);
    assert_eq!(again.status, 422);
    assert!(again.says("Set mail_to in seamark.toml"));
}

#[test]
fn an_administrator_changes_the_way_out_for_letters() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    let amina = site.as_person("amina.okoye@larkfield.example");
    let change = |server: &str| {
        let page = amina.opens("/settings");
        amina.fills_in(
            &page,
            "/settings/mail",
            &[("mail_server", server), ("mail_from", "training@larkfield.example"), ("mail_reply", "")],
        )
    };
    assert!(
        matches!(site.app.transport(), Ok(Transport::Folder(folder)) if folder.starts_with(&site.app.desk.config.data))
    );

    assert_eq!(change("post office").status, 422);
    assert_eq!(change("smtps://mail.larkfield.example:465").status, 303);
    assert!(matches!(site.app.transport(), Ok(Transport::Smtp(_))));
    let held = site.read(|conn| settings::read(conn, settings::MAIL_TO)).unwrap();
    assert_eq!(held, "smtps://mail.larkfield.example:465");
    assert_eq!(change("").status, 303);
    assert!(matches!(site.app.transport(), Ok(Transport::Folder(_))));
}

#[test]
fn a_card_that_needs_putting_right_is_shown_again_with_all_that_was_typed() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    let amina = site.as_person("amina.okoye@larkfield.example");
    let (page, action) = (amina.opens("/settings"), "/settings/schools/100001");
    let slot = site.app.library().cards.0[0].slot.clone();
    let long = "x".repeat(301);
    let typed = [("name", "Larkfield Infants"), ("laestab", "813"), (slot.as_str(), long.as_str())];
    let again = amina.fills_in(&page, action, &typed);
    assert_eq!(again.status, 422);
    for (field, words) in [("laestab", "it has 7 digits"), (slot.as_str(), "This line has 301 characters")] {
        let id = format!("{field}-100001");
        assert!(again.says(&format!("href=\"#{id}\"")) && again.says(&format!("id=\"{id}\"")), "{}", again.words());
        assert!(again.says(words) && again.says("value=\"813\"") && again.says(&long));
    }
    assert!(again.form(action).contains("value=\"Larkfield Infants\""));
    assert!(amina.opens("/settings").form(action).contains("value=\"Larkfield Primary\""), "nothing was changed");
}

#[test]
fn a_name_that_is_too_long_is_there_still_with_how_long_it_is() {
    let (site, address) = first_start();
    let long = "Larkfield ".repeat(20).trim().to_owned();
    let answers: Vec<(&str, &str)> =
        ANSWERS.iter().map(|(name, value)| (*name, if *name == "trust_name" { &long } else { *value })).collect();
    let again = fills_in(&site, &address, &answers);
    assert!(
        again.status == 422 && again.says("The trust’s name has 199 characters. Use at most 120") && again.says(&long)
    );
    fills_in(&site, &address, &ANSWERS);
    let amina = site.as_person("amina.okoye@larkfield.example");
    let forms: [(&str, &[(&str, &str)], &str); 3] = [
        ("/settings/trust", &[("trust_name", &long)], "The name has"),
        ("/settings/schools", &[("urn", "100009"), ("school_name", &long)], "The school’s name has"),
        ("/settings/schools/100001", &[("name", &long)], "The school’s name has"),
    ];
    for (action, fields, words) in forms {
        let again = amina.fills_in(&amina.opens("/settings"), action, fields);
        assert_eq!(again.status, 422);
        let complaint = format!("{words} 199 characters. Use at most 120");
        assert!(again.says(&complaint) && again.form(action).contains(&long), "{action}: {}", again.words());
    }
}

#[test]
fn the_last_administrator_cannot_end_their_role_and_is_told_so_on_the_page() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    let amina = site.as_person("amina.okoye@larkfield.example");
    let page = amina.opens("/settings");
    let ends: Vec<String> = page.tags("form").iter().filter_map(|tag| attribute(tag, "action")).collect();
    let ends = ends.into_iter().filter(|action| action.ends_with("/end"));
    let refused: Vec<Page> = ends.map(|action| amina.fills_in(&page, &action, &[])).collect();
    let refused = refused.iter().find(|page| page.status != 303).unwrap();
    assert_eq!(refused.status, 422);
    assert!(refused.says("This is the trust’s last administrator.") && refused.says("Who may do what"));
}

#[test]
fn what_the_page_says_of_letters_can_be_saved_as_it_is() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    site.act(|act| {
        let demo = [
            (settings::MAIL_TO, "memory:demo"),
            (settings::MAIL_FROM, "Larkfield training <training@larkfield.example>"),
        ];
        demo.iter().try_for_each(|(name, value)| settings::write(act.conn, act.now, None, name, value))
    });
    seamark::app::read_house(&site.app.desk).unwrap();
    let amina = site.as_person("amina.okoye@larkfield.example");
    let page = amina.opens("/settings");
    let held = |name: &str| {
        let field = page.tags("input").into_iter().find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap();
        attribute(&field, "value").unwrap().replace("&lt;", "<").replace("&gt;", ">")
    };
    let (server, from, reply) = (held("mail_server"), held("mail_from"), held("mail_reply"));
    let as_it_was = [("mail_server", server.as_str()), ("mail_from", &from), ("mail_reply", &reply)];
    for wish in [&[][..], &[("do", "try")]] {
        let saved = amina.fills_in(&amina.opens("/settings"), "/settings/mail", &[&as_it_was[..], wish].concat());
        assert_eq!(saved.status, 303, "{}", saved.words());
    }
    assert_eq!(site.read(|conn| settings::read(conn, settings::MAIL_TO)).unwrap(), "memory:demo");
}

#[test]
fn an_empty_field_is_asked_for_by_its_name() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    let amina = site.as_person("amina.okoye@larkfield.example");
    let sends = |action: &str, fields: &[(&str, &str)]| amina.fills_in(&amina.opens("/settings"), action, fields);
    let school = sends("/settings/schools", &[("urn", ""), ("school_name", "Larkfield Nursery")]);
    assert!(school.says("Enter the school’s URN") && !school.says("‘’"), "{}", school.words());
    let role = sends("/settings/roles", &[("grant_email", ""), ("role", "HR"), ("scope", ""), ("grant_until", "")]);
    assert!(role.says("Enter an email address") && !role.says("‘’"), "{}", role.words());
}

#[test]
fn the_same_role_is_not_given_twice_nor_a_name_to_two_schools() {
    let (site, address) = first_start();
    fills_in(&site, &address, &ANSWERS);
    // Whoever is given a role signs in again.
    let sends = |action: &str, fields: &[(&str, &str)]| {
        let amina = site.as_person("amina.okoye@larkfield.example");
        amina.fills_in(&amina.opens("/settings"), action, fields)
    };
    let role = |scope: &str, until: &str| {
        let whom = ("grant_email", "amina.okoye@larkfield.example");
        sends("/settings/roles", &[whom, ("role", "governor"), ("scope", scope), ("grant_until", until)])
    };
    assert_eq!(role("", "").status, 303);
    let again = role("", "31/12/2026");
    let words = "Amina Okoye has this role there already, with no end. To change its end, end it first";
    assert!(again.status == 422 && again.says(words) && again.says("href=\"#grant_email\""), "{}", again.words());
    assert_eq!(role("100001", "").status, 303, "one school’s is another role");

    let twin = sends("/settings/schools", &[("urn", "100009"), ("school_name", "larkfield  primary")]);
    let words = "The school with the URN 100001 has this name.";
    assert!(twin.status == 422 && twin.says(words) && twin.says("href=\"#school_name\""), "{}", twin.words());
    assert_eq!(sends("/settings/schools", &[("urn", "100009"), ("school_name", "Larkfield Juniors")]).status, 303);
    let renamed = sends("/settings/schools/100009", &[("name", "Larkfield Primary")]);
    assert!(renamed.status == 422 && renamed.says(words) && renamed.says("href=\"#name-100009\""));
    let slot = site.app.library().cards.0[0].slot.clone();
    let kept = sends("/settings/schools/100001", &[("name", "Larkfield Primary"), (&slot, "Jo Marsh,\r\n room 4")]);
    assert_eq!(kept.status, 303, "its own name stays");
    assert!(
        site.as_person("amina.okoye@larkfield.example")
            .opens("/settings")
            .form("/settings/schools/100001")
            .contains("Jo Marsh, room 4</textarea>")
    );
}
