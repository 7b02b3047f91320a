//! A few members of staff walk the whole year's journey over real HTTP, and the server is killed in the middle: everything
//! that a page confirmed is there afterwards. The bench of the same name does it with a thousand.

#[path = "../../benches/harness/mod.rs"]
pub mod harness;
#[allow(dead_code)]
#[path = "../../benches/inset_morning/journey.rs"]
mod journey;
#[allow(dead_code)] // CPU and memory are the bench's
#[path = "../../benches/inset_morning/server.rs"]
mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use seamark::db::Target;

use crate::house::Home;
use journey::{Acknowledged, Walker};
use server::Server;

const STAFF: usize = 4;

#[test]
fn nothing_that_a_page_confirmed_is_lost_when_the_server_is_killed() {
    let home = Home::new();
    let url = match &home.target {
        Target::Postgres(url) => Some(url.as_str()),
        Target::Sqlite(_) => None,
    };
    let server = Server::prepare(STAFF, url);
    let walking = AtomicUsize::new(STAFF);
    let seen: Vec<(Acknowledged, Vec<String>)> = std::thread::scope(|scope| {
        let walkers: Vec<_> = (0..STAFF)
            .map(|place| {
                let (server, walking) = (&server, &walking);
                scope.spawn(move || {
                    let mut walker = Walker::new(server, place, true);
                    walker.walk();
                    walking.fetch_sub(1, Ordering::SeqCst);
                    (walker.acknowledged, walker.errors)
                })
            })
            .collect();
        for pause in [900, 1700, 1300] {
            std::thread::sleep(Duration::from_millis(pause));
            if walking.load(Ordering::SeqCst) > 0 {
                server.kill();
                server.start();
            }
        }
        walkers.into_iter().map(|walker| walker.join().unwrap()).collect()
    });
    server.kill();
    let (acknowledged, errors): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    assert_eq!(errors.concat(), Vec::<String>::new());
    assert_eq!(server.lost(&acknowledged), Vec::<String>::new());
    assert!(acknowledged.iter().all(|one| one.signed && one.checked && one.passed.len() == 5));
    assert!(server.verify().contains("Intact"));
}
