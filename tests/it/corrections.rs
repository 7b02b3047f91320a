//! HR put right what the staff list has wrong: jobs, names and emails, within their schools; the timeline says what and by whom.

use seamark::people::rules::{EmploymentType, RoleGroup};
use seamark::people::{self, NewPost, PostRecord};

use crate::house::browser::{Browser, Page};
use crate::people_pages::{Trust, day};

fn standing(trust: &Trust, name: &str) -> Vec<PostRecord> {
    let id = trust.person(name).id;
    let mut posts = trust.app.read(|conn| people::posts_of(conn, &[id])).unwrap();
    posts.retain(|record| record.superseded.is_none());
    posts
}

fn job_page(trust: &Trust, name: &str) -> String {
    format!("{}/posts/{}", trust.page_of(name), standing(trust, name)[0].post.id)
}

/// Opens a job's page, types over some of it and sends it.
fn corrects(browser: &Browser, address: &str, fields: &[(&str, &str)]) -> (Page, Page) {
    let page = browser.opens(address);
    assert_eq!(page.status, 200, "{}", page.words());
    let sent = browser.fills_in(&page, address, &with_the_rest(fields));
    (page, sent)
}

/// What the page of Priya's job holds, with some of it typed over.
fn with_the_rest<'f>(fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let held = [
        ("school", "123456"),
        ("job_title", "Teacher of music"),
        ("role_group", "teacher"),
        ("employment", ""),
        ("share", ""),
        ("term_time", ""),
        ("start", "01/09/2020"),
        ("manager", ""),
    ];
    let over = |name: &str| fields.iter().find(|(field, _)| *field == name);
    held.into_iter().map(|field| over(field.0).copied().unwrap_or(field)).collect()
}

#[test]
fn every_part_of_a_job_can_be_put_right_and_the_timeline_says_what_was_changed_and_by_whom() {
    let trust = Trust::new();
    let (tess, address) = (trust.browser("Tess"), job_page(&trust, "Priya"));
    assert!(tess.opens(&format!("{}/correct", trust.page_of("Priya"))).says(&address));
    let fields = [
        ("school", "654321"),
        ("job_title", "Office manager"),
        ("role_group", "office"),
        ("employment", "fixed term"),
        ("share", "0.6"),
        ("term_time", "yes"),
        ("start", "01/10/2021"),
        ("manager", "ana@saltmarsh.example"),
    ];
    let (page, sent) = corrects(&tess, &address, &fields);
    assert_eq!(sent.location.as_deref(), Some(trust.page_of("Priya").as_str()), "{}", sent.words());
    assert!(page.says("value=\"Teacher of music\"") && page.says("value=\"01/09/2020\""), "{}", page.words());
    let posts = standing(&trust, "Priya");
    let [record] = &posts[..] else { panic!("{posts:?}") };
    assert_eq!((record.school, record.job_title.as_str()), (trust.elm, "Office manager"));
    assert_eq!((record.post.role_group, record.employment_type.as_str()), (RoleGroup::Office, "fixed term"));
    assert_eq!((record.fte_basis_points, record.post.term_time_only), (Some(6000), Some(true)));
    assert_eq!((record.post.from, record.manager), (day("2021-10-01"), Some(trust.person("Ana").id)));

    let timeline = tess.opens(&trust.page_of("Priya"));
    let told = [
        "Post corrected (Teacher of music at Oak Primary): school from Oak Primary to Zebra Academy",
        "job title from “Teacher of music” to “Office manager”",
        "role group from teacher to office",
        "employment from not said to fixed term",
        "share of full time from not said to 0.60",
        "working time from “as usual for the job” to “in term time”",
        "first day from 1 September 2020 to 1 October 2021",
        "line manager from nobody to Ana Reyes",
        "by Tess Adeyemi",
    ];
    for words in told {
        assert!(timeline.says(words), "{words}: {}", timeline.words());
    }
    // The same form sent twice has one effect, and a form with nothing typed over has none.
    assert_eq!(tess.fills_in(&page, &address, &with_the_rest(&fields)).status, 303);
    let address = job_page(&trust, "Priya");
    let (_, same) = corrects(&tess, &address, &fields);
    assert_eq!(same.status, 303, "{}", same.words());
    assert_eq!(job_page(&trust, "Priya"), address);
}

#[test]
fn what_is_wrong_in_a_job_is_said_at_its_field_and_nothing_typed_is_lost() {
    let trust = Trust::new();
    let (tess, address) = (trust.browser("Tess"), job_page(&trust, "Priya"));
    let wrong = [
        ("school", "999999"),
        ("job_title", ""),
        ("role_group", "wizard"),
        ("share", "1.6"),
        ("start", "31/02/2026"),
        ("manager", "the head"),
    ];
    let (_, sent) = corrects(&tess, &address, &wrong);
    assert_eq!(sent.status, 422);
    for field in ["school", "job_title", "role_group", "share", "start"] {
        assert!(sent.says(&format!("href=\"#{field}\"")), "{field}: {}", sent.words());
    }
    assert!(sent.says("There is no such day as 31/02/2026") && sent.says("value=\"the head\""), "{}", sent.words());

    let refused = |fields: &[(&str, &str)], why: &str| {
        let (_, sent) = corrects(&tess, &address, fields);
        assert!(sent.status == 422 && sent.says(why), "{why}: {}", sent.words());
    };
    refused(&[("start", "01/01/1890")], "more than 60 years ago");
    refused(&[("start", "01/01/2090")], "more than a year ahead");
    refused(&[("manager", "the head")], "Write the line manager’s work email as an email address");
    refused(&[("manager", "nobody@saltmarsh.example")], "Nobody whom you can see");
    refused(&[("manager", "priya@saltmarsh.example")], "Nobody is their own line manager");
    refused(&[("employment", "placement")], "Only a trainee can be on placement");
    refused(&[("employment", "hired")], "Choose how they are employed");
    let (_, trainee) = corrects(&tess, &address, &[("employment", "placement"), ("role_group", "trainee")]);
    assert_eq!(trainee.status, 303, "{}", trainee.words());
    let page = tess.opens(&trust.page_of("Priya"));
    assert!(page.says("On placement, not employed by the school"), "{}", page.words());
}

#[test]
fn a_schools_hr_correct_jobs_at_their_school_alone_and_move_them_nowhere_else() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    assert_eq!(helen.opens(&job_page(&trust, "Elsie")).status, 404);
    let of_sam = standing(&trust, "Sam");
    let at_elm = of_sam.iter().find(|record| record.school == trust.elm).unwrap().post.id;
    assert_eq!(helen.opens(&format!("{}/posts/{at_elm}", trust.page_of("Sam"))).status, 404);
    let correct = helen.opens(&format!("{}/correct", trust.page_of("Sam")));
    assert!(!correct.says(&format!("/posts/{at_elm}")) && !correct.says("Zebra"), "{}", correct.words());

    let address = job_page(&trust, "Priya");
    assert!(!helen.opens(&address).says("Zebra"));
    let (_, sent) = corrects(&helen, &address, &[("school", "654321")]);
    assert!(sent.status == 422 && sent.says("Choose a school"), "{}", sent.words());
    let (_, sent) = corrects(&helen, &address, &[("manager", "elsie@saltmarsh.example")]);
    assert!(sent.status == 422 && sent.says("Nobody whom you can see"), "{}", sent.words());
    assert_eq!(trust.browser("Priya").opens(&address).status, 404);
}

#[test]
fn a_line_manager_whom_the_field_cannot_hold_stays_unless_somebody_else_is_typed() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    let (priya, elsie) = (trust.person("Priya"), trust.person("Elsie").id);
    trust.act(move |act| {
        let record = people::posts_of(act.conn, &[priya.id])?.remove(0);
        people::correct_post(act, &priya, record.post.id, &NewPost { manager: Some(elsie), ..NewPost::from(&record) })
    });
    let (page, sent) = corrects(&helen, &job_page(&trust, "Priya"), &[("share", "1")]);
    assert!(page.says("Leave this empty to keep them") && sent.status == 303, "{}", sent.words());
    assert_eq!(standing(&trust, "Priya")[0].manager, Some(elsie));
    corrects(&helen, &job_page(&trust, "Priya"), &[("manager", "ana@saltmarsh.example")]);
    assert_eq!(standing(&trust, "Priya")[0].manager, Some(trust.person("Ana").id));
    corrects(&helen, &job_page(&trust, "Priya"), &[("manager", "")]);
    assert_eq!(standing(&trust, "Priya")[0].manager, None);
}

#[test]
fn a_job_that_was_changed_meanwhile_is_not_changed_again_unseen() {
    let trust = Trust::new();
    let (helen, tess, address) = (trust.browser("Helen"), trust.browser("Tess"), job_page(&trust, "Priya"));
    let opened = helen.opens(&address);
    let (_, first) = corrects(&tess, &address, &[("job_title", "Head of music")]);
    assert_eq!(first.status, 303);
    let second = helen.fills_in(&opened, &address, &with_the_rest(&[("job_title", "Cook")]));
    assert!(second.status == 403 && second.says("has been changed since you opened the page"), "{}", second.words());
    assert_eq!(standing(&trust, "Priya")[0].job_title, "Head of music");
}

#[test]
fn a_name_an_email_and_what_a_job_includes_leave_a_line_that_says_what_they_were() {
    let trust = Trust::new();
    let (helen, page) = (trust.browser("Helen"), trust.page_of("Priya"));
    let correct = format!("{page}/correct");
    let names = [("forename", "Priya"), ("surname", "Nair-Lee"), ("email", "p.lee@saltmarsh.example")];
    assert_eq!(helen.fills_in(&helen.opens(&correct), &correct, &names).status, 303);
    let duties = format!("{page}/duties");
    let preview = helen.fills_in(&helen.opens(&correct), &duties, &[("duties", "images")]);
    assert_eq!(helen.fills_in(&preview, &format!("{duties}/apply"), &[]).status, 303);
    let last = standing(&trust, "Priya")[0].post.id.to_string();
    let form = helen.opens(&correct);
    let leaves = [("post", last.as_str()), ("last_day", "31/12/2026")];
    for _ in 0..2 {
        let left = helen.fills_in(&form, &format!("{page}/leave"), &leaves);
        assert_eq!(left.location.as_deref(), Some(page.as_str()), "{}", left.words());
    }
    let shown = helen.opens(&page);
    let told = [
        "Name changed",
        "Work email changed",
        "extra jobs from none to “takes or publishes pictures of pupils”",
        "Last day at Oak Primary set to 31 December 2026",
    ];
    for words in told {
        assert!(shown.says(words), "{words}: {}", shown.words());
    }
    assert_eq!(shown.words().matches("by Helen Nair").count(), 4, "{}", shown.words());
    assert!(shown.says("Takes or publishes pictures of pupils"), "it is shown among the facts");
    assert!(!trust.browser("Ana").opens(&trust.page_of("Ben")).says("Name changed"));
}

#[test]
fn a_placement_is_offered_only_to_a_trainee_and_refused_for_others() {
    let trust = Trust::new();
    let (helen, page) = (trust.browser("Helen"), trust.page_of("Priya"));
    let (correct, duties) = (format!("{page}/correct"), format!("{page}/duties"));
    let form = helen.opens(&correct);
    assert!(!form.says("on placement"), "{}", form.words());
    let refused = helen.fills_in(&form, &duties, &[("duties", "placement")]);
    assert!(refused.status == 403 && refused.says("Only a trainee can be on placement"), "{}", refused.words());
    assert_ne!(standing(&trust, "Priya")[0].employment_type, EmploymentType::Placement.as_str());
    corrects(&helen, &job_page(&trust, "Priya"), &[("role_group", "trainee")]);
    let form = helen.opens(&correct);
    assert!(form.says("They are a trainee on placement"), "{}", form.words());
    let preview = helen.fills_in(&form, &duties, &[("duties", "placement")]);
    assert_eq!(helen.fills_in(&preview, &format!("{duties}/apply"), &[]).status, 303);
    assert!(standing(&trust, "Priya")[0].post.on_placement);

    let added = [
        ("forename", "Bo"),
        ("surname", "Ash"),
        ("email", "bo@saltmarsh.example"),
        ("reference", ""),
        ("school", "123456"),
        ("job_title", "Cook"),
        ("role_group", "catering"),
        ("term_time", ""),
        ("start", "01/09/2026"),
        ("manager", ""),
        ("duties", "placement"),
    ];
    let sent = helen.fills_in(&helen.opens("/people/add"), "/people/add", &added);
    assert!(sent.status == 422 && sent.says("Only a trainee can be on placement"), "{}", sent.words());
}

#[test]
fn whoever_is_added_gets_a_sensible_first_day_and_an_email_of_their_own() {
    let trust = Trust::new();
    let helen = trust.browser("Helen");
    let with = |email: &'static str, start: &'static str, manager: &'static str| {
        let fields = [
            ("forename", "Bo"),
            ("surname", "Ash"),
            ("email", email),
            ("reference", ""),
            ("school", "123456"),
            ("job_title", "Cook"),
            ("role_group", "catering"),
            ("term_time", ""),
            ("start", start),
            ("manager", manager),
        ];
        helen.fills_in(&helen.opens("/people/add"), "/people/add", &fields)
    };
    for (start, why) in [
        ("01/01/1890", "more than 60 years ago"),
        ("01/01/2090", "more than a year ahead"),
        ("31/02/2026", "There is no such day as 31/02/2026"),
        ("03/14/2026", "Write the first day as dd/mm/yyyy"),
    ] {
        let sent = with("bo@saltmarsh.example", start, "");
        assert!(sent.status == 422 && sent.says(why), "{start}: {}", sent.words());
    }
    let sent = with("bo at oak", "01/09/2026", "ana");
    assert!(sent.says("Write the work email as") && sent.says("Write the line manager’s work email as"));
    let known = with("priya@saltmarsh.example", "01/09/2026", "");
    assert!(known.status == 422 && known.says("already has this email"), "{}", known.words());
    assert!(known.says(&format!("href=\"{}\">Priya Nair</a>", trust.page_of("Priya"))), "{}", known.words());
    let hidden = with("elsie@saltmarsh.example", "01/09/2026", "");
    assert!(hidden.status == 422 && !hidden.says("Elsie"), "{}", hidden.words());
    assert_eq!(with("bo@saltmarsh.example", "24/11/2027", "").status, 303);

    let correct = format!("{}/correct", trust.page_of("Ana"));
    let names = [("forename", "Ana"), ("surname", "Reyes"), ("email", "priya@saltmarsh.example")];
    let sent = helen.fills_in(&helen.opens(&correct), &correct, &names);
    assert!(sent.status == 422 && sent.says("Priya Nair</a>"), "{}", sent.words());
}
