//! For whoever runs the program: is it alive, is it ready, its figures for whoever has the token, and a full queue.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;

use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as WebApp, rt};
use seamark::app::{App, read_house};
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::db::WriterOptions;
use seamark::evidence::Actor;
use seamark::server::{arrive, configure};
use seamark::settings;

use crate::house::browser::Browser;
use crate::house::{ADDRESS, Home, ORIGIN, TRUST, at, on_postgres};

fn program(home: &Home, settings: &[(&str, &str)], options: WriterOptions) -> App {
    let said = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut config = Config::read("", &said.collect::<BTreeMap<_, _>>()).unwrap();
    config.data = home.folder().to_owned();
    config.database = home.target.clone();
    let app = App::build_with(config, Clock::set_at(at("2026-11-24", "09:14")), options, None).unwrap();
    app.act(Actor::system(), |act| {
        let seeds = [(settings::TRUST_NAME, TRUST), (settings::LOG_ORIGIN, ORIGIN), (settings::ADDRESS, ADDRESS)];
        seeds.iter().try_for_each(|(name, value)| settings::write(act.conn, act.now, None, name, value))
    })
    .unwrap();
    read_house(&app.desk).unwrap();
    app
}

/// Status and body of `/metrics` for somebody who says this.
fn figures(app: &App, said: Option<&str>) -> (u16, String) {
    let request = said
        .into_iter()
        .fold(TestRequest::get().uri("/metrics"), |request, said| request.insert_header(("authorization", said)));
    rt::System::new().block_on(async {
        let web = WebApp::new().configure(|service| configure(app, service)).wrap(from_fn(arrive));
        let answer = call_service(&init_service(web).await, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8_lossy(&read_body(answer).await).into_owned())
    })
}

#[test]
fn it_is_alive_and_ready_for_whoever_asks() {
    let home = Home::new();
    let app = program(&home, &[], WriterOptions::default());
    let stranger = Browser::stranger(&app);
    for (address, words) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        let page = stranger.opens(address);
        assert_eq!((page.status, page.words().as_str()), (200, words));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn figures_are_for_whoever_has_the_token_and_do_not_exist_for_anybody_else() {
    let home = Home::new();
    let file = home.folder().join("figures.token");
    std::fs::write(&file, "correct horse battery staple\n").unwrap();
    let app = program(&home, &[("SEAMARK_METRICS_TOKEN_FILE", file.to_str().unwrap())], WriterOptions::default());
    let stranger = Browser::stranger(&app);
    stranger.opens("/verify/SM-26-0000000000");
    stranger.opens("/no/such/address?email=priya@oak.example.sch.uk");
    for said in [None, Some("Bearer wrong"), Some("Bearer "), Some("correct horse battery staple"), Some("Basic eDp5")]
    {
        assert_eq!(figures(&app, said).0, 404, "{said:?}");
    }
    let (status, body) = figures(&app, Some("Bearer correct horse battery staple"));
    assert_eq!(status, 200);
    assert!(body.contains("seamark_evidence_entries 0\n") && body.ends_with("# EOF\n"), "{body}");
    assert!(body.contains("route=\"/verify/{number}\"") && body.contains("route=\"none\",status=\"404\""), "{body}");
    assert!(!body.contains("SM-26") && !body.contains("priya") && !body.contains("/no/such"), "{body}");
}

#[test]
fn without_a_token_nobody_gets_figures() {
    let home = Home::new();
    let app = program(&home, &[], WriterOptions::default());
    assert_eq!(figures(&app, Some("Bearer ")).0, 404);
    let missing = home.folder().join("missing.token");
    let app = program(&home, &[("SEAMARK_METRICS_TOKEN_FILE", missing.to_str().unwrap())], WriterOptions::default());
    assert_eq!(figures(&app, Some("Bearer ")).0, 404, "the file is not there");
    std::fs::write(&missing, "\n").unwrap();
    assert_eq!(figures(&app, Some("Bearer ")).0, 404, "the file is empty");
}

#[test]
fn when_the_writers_queue_is_full_one_is_asked_to_come_back_in_some_seconds() {
    if on_postgres() {
        return; // Each act has a connection of its own there.
    }
    let home = Home::new();
    let app = program(&home, &[], WriterOptions { queue: 1, ..WriterOptions::default() });
    let stranger = Browser::stranger(&app);
    let form = stranger.opens("/sign-in");
    let (started, has_started) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let may_go_on = std::sync::Mutex::new(may_go_on);
    std::thread::scope(|scope| {
        let held = &app;
        scope.spawn(move || {
            held.act(Actor::system(), move |_| {
                started.send(()).unwrap();
                may_go_on.lock().unwrap().recv().unwrap();
                Ok(())
            })
        });
        has_started.recv().unwrap();
        scope.spawn(|| app.act(Actor::system(), |_| Ok(())));
        while app.desk.database.waiting() < 1 {
            std::thread::yield_now();
        }
        let busy = stranger.fills_in(&form, "/sign-in", &[("email", "priya@oak.example.sch.uk")]);
        assert_eq!((busy.status, busy.header("retry-after")), (503, Some("5")));
        assert!(busy.says("about 5 seconds"), "{}", busy.words());
        assert_eq!(stranger.opens("/readyz").status, 200, "reading goes on");
        go_on.send(()).unwrap();
    });
    let done = stranger.fills_in(&form, "/sign-in", &[("email", "priya@oak.example.sch.uk")]);
    assert_eq!(done.status, 200);
}
