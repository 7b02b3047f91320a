//! The demo: a made-up trust that is the same for the same seed, five addresses that open as often as wanted, and letters that
//! cannot leave.

use std::collections::BTreeMap;

use seamark::app::App;
use seamark::clock::Day;
use seamark::demo::{Asked, make_on};
use seamark::evidence;
use seamark::people;

use crate::house::Home;
use crate::house::program::{Serving, free_address, seamark};
use crate::inset_morning::harness::browser::Browser;

fn asked(seed: u64, people: usize) -> Asked {
    Asked {
        listen: "127.0.0.1:7342".parse().unwrap(),
        seed,
        today: Day::new(2026, 11, 24).unwrap(),
        people,
        courses: None,
    }
}

fn made(home: &Home, seed: u64, people: usize) -> App {
    let asked = asked(seed, people);
    make_on(&asked, home.folder(), home.target.clone(), asked.listen).unwrap()
}

/// Who there is, in which jobs, and how their training stands: all that a visitor can tell two trusts apart by.
fn described(app: &App) -> Vec<String> {
    let now = app.desk.clock.now();
    let posts = app.read(people::all_posts).unwrap();
    let people = app.read(people::everybody).unwrap();
    let mut lines = Vec::new();
    for person in people {
        let held = posts.iter().filter(|post| post.person == person.id);
        let jobs: Vec<_> = held.map(|one| (one.school, &one.job_title, one.post.from, one.post.until)).collect();
        let training = app.read(|conn| seamark::assignments::my_training(conn, person.id, now)).unwrap();
        let stands: Vec<_> = training.iter().map(|one| (&one.slug, one.status(now).standing)).collect();
        lines.push(format!("{} {:?} {jobs:?} {stands:?}", person.name(), person.work_email));
    }
    lines
}

#[test]
fn the_same_seed_gives_the_same_trust_and_another_seed_another() {
    let (first, again, other) = (Home::new(), Home::new(), Home::new());
    let (first, again, other) = (made(&first, 26, 24), made(&again, 26, 24), made(&other, 27, 24));
    let (described_first, described_again) = (described(&first), described(&again));
    for (one, same) in described_first.iter().zip(&described_again) {
        assert_eq!(one, same);
    }
    assert_eq!(described_first.len(), described_again.len());
    assert_ne!(described(&first), described(&other));
    assert_eq!(first.read(evidence::size).unwrap(), again.read(evidence::size).unwrap());
    let players = |app: &App| -> Vec<String> {
        app.stage.as_ref().unwrap().players.iter().map(|player| format!("{} {}", player.role, player.name)).collect()
    };
    assert_eq!(players(&first), players(&again));
}

#[test]
fn as_many_people_have_a_post_today_as_were_asked_for() {
    for (people, today) in [(40, "2026-11-24"), (33, "2027-02-01")] {
        let home = Home::new();
        let today: Day = today.parse().unwrap();
        let asked = Asked { today, ..asked(5, people) };
        let app = make_on(&asked, home.folder(), home.target.clone(), asked.listen).unwrap();
        let posts = app.read(people::all_posts).unwrap();
        let current = posts.iter().filter(|one| one.superseded.is_none() && one.post.is_current_on(today));
        let mut holders: Vec<i64> = current.map(|one| one.person).collect();
        holders.sort_unstable();
        holders.dedup();
        assert_eq!(holders.len(), people);
        let now = app.desk.clock.now();
        assert_eq!((now.day(), now.minute_of_day()), (today, 9 * 60 + 14));
        assert_eq!(app.read(people::schools).unwrap().len(), 5);
    }
    for people in [19, 10_001] {
        let home = Home::new();
        let asked = asked(5, people);
        assert!(make_on(&asked, home.folder(), home.target.clone(), asked.listen).is_err());
    }
}

/// The demo as a stranger starts it, and the addresses that it prints.
fn started() -> (String, Serving, BTreeMap<String, String>) {
    let listen = free_address();
    let serving = Serving::start(seamark(&["demo", "--people", "40", "--listen", &listen]));
    let mut addresses = BTreeMap::new();
    for _ in 0..12 {
        let line = serving.line();
        if let Some((role, address)) = line.split_once("  ") {
            addresses.insert(role.to_owned(), address.trim().to_owned());
        }
        if line.contains("Ctrl-C") {
            break;
        }
    }
    (listen, serving, addresses)
}

#[test]
fn it_prints_five_addresses_and_each_opens_as_often_as_wanted() {
    let (listen, serving, addresses) = started();
    let lands = [
        ("staff", "/"),
        ("manager", "/people"),
        ("hr", "/overview"),
        ("governor", "/governors"),
        ("administrator", "/settings"),
    ];
    for (role, lands) in lands {
        let path = addresses[role].strip_prefix(&format!("http://{listen}")).unwrap();
        assert_eq!(path, format!("/demo/{role}"));
        for _ in 0..2 {
            let mut browser = Browser::new(&listen);
            let page = browser.opens(path).unwrap();
            assert!(page.words().contains("Everything here is made up."));
            let signed_in = browser.posts(path, &[]).unwrap();
            assert_eq!((signed_in.status, signed_in.location.as_deref()), (303, Some(lands)), "{role}");
            assert_eq!(browser.opens(lands).unwrap().status, 200, "{role}");
        }
    }
    let mut stranger = Browser::new(&listen);
    assert_eq!(stranger.opens("/demo/head").unwrap().status, 404);
    let (code, log) = serving.stops();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn its_letters_are_caught_and_shown_with_a_link_that_opens() {
    let (listen, _serving, addresses) = started();
    assert!(addresses["letters"].ends_with("/demo/outbox"));
    let mut hr = Browser::new(&listen);
    hr.posts("/demo/hr", &[]).unwrap();
    let people = hr.opens("/people").unwrap().words();
    let person = people.split("href=\"/people/").find_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).unwrap();
    let email = {
        let page = hr.opens(&format!("/people/{person}")).unwrap().words();
        let found = page.split(['>', '<', ' ', '"', ':']).find(|word| word.ends_with("@saltmarsh.example"));
        found.unwrap_or_else(|| panic!("no email on\n{page}")).to_owned()
    };
    let mut stranger = Browser::new(&listen);
    stranger.posts("/sign-in", &[("email".to_owned(), email.clone())]).unwrap();
    for _ in 0..100 {
        let outbox = stranger.opens("/demo/outbox").unwrap().words();
        if let Some(link) = outbox.split("href=\"/sign-in/link/").nth(1) {
            let path = format!("/sign-in/link/{}", link.split('"').next().unwrap());
            assert!(outbox.contains(&email));
            assert_eq!(stranger.posts(&path, &[]).unwrap().status, 303);
            assert_eq!(stranger.opens("/").unwrap().status, 200);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("no letter was caught");
}

#[test]
fn nothing_of_the_demo_exists_in_the_real_thing() {
    let site = crate::house::site::Site::new();
    for path in ["/demo/staff", "/demo/administrator", "/demo/outbox"] {
        let stranger = crate::house::browser::Browser::stranger(&site.app);
        assert_eq!(stranger.opens(path).status, 404, "{path}");
        assert_eq!(stranger.posts(path, &[]).status, 404, "{path}");
    }
}
