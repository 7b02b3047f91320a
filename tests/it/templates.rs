//! Every page renders from its sample in strict mode, and needs neither script nor inline style.

use std::fs;
use std::path::{Path, PathBuf};

use seamark::http::Views;
use serde_json::{Value, json};

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}

/// All files below a folder with this ending, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file's name as the engine knows it: below its folder, without its ending.
fn name(path: &Path, folder: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap().with_extension("");
    below.to_str().unwrap().replace('\\', "/")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Sample, the template that it is for, and the page that comes of it.
fn pages() -> Vec<(String, String, String)> {
    let (views, folder) = (Views::read().unwrap(), templates().join("samples"));
    let usual = read(&folder.join("page.json"));
    let mut pages = Vec::new();
    for path in files(&folder, "json") {
        let sample = name(&path, &folder);
        if sample == "page" {
            continue;
        }
        let given = read(&path);
        let mut page = usual.clone();
        for (key, value) in given["page"].as_object().unwrap() {
            page[key] = value.clone();
        }
        let template = given["template"].as_str().unwrap_or(&sample).to_owned();
        let html = views.page(&template, page, given["view"].clone());
        let html = html.unwrap_or_else(|problem| panic!("{sample}: {problem:?}"));
        pages.push((sample, template, html));
    }
    pages
}

#[test]
fn every_page_has_a_sample() {
    let shown: Vec<String> = pages().into_iter().map(|(_, template, _)| template).collect();
    for path in files(&templates(), "hbs") {
        let template = name(&path, &templates());
        let is_page = !template.starts_with("parts/") && !template.starts_with("letters/") && template != "layout";
        assert!(!is_page || shown.contains(&template), "no sample for {template}");
    }
}

#[test]
fn no_page_needs_script_or_inline_style() {
    for (sample, _, html) in pages() {
        // What this one does is hidden until it runs, and offered to nobody on a shared computer.
        let html = match html.split_once("<script nonce=\"") {
            Some((before, after)) => {
                let (_, after) = after.split_once("\" src=\"/static/remember.js\"></script>").unwrap();
                assert!(before.contains("id=\"remember\"") && before.contains("hidden"), "{sample}");
                format!("{before}{after}")
            }
            None => html,
        };
        for never in ["<script", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!html.contains(never), "{sample} has {never}");
        }
    }
}

#[test]
fn whatever_html_reads_as_its_own_is_escaped() {
    let (views, page) = (Views::read().unwrap(), read(&templates().join("samples/page.json")));
    for letter in (' '..='~').chain(['é', '“']) {
        let view = json!({ "heading": format!("a{letter}b"), "why": "", "back_href": "/", "back_text": "" });
        let html = views.page("faults/refused", page.clone(), view).unwrap();
        assert!(html.contains(&handlebars::html_escape(&format!("a{letter}b"))), "{letter}");
    }
}

#[test]
fn every_page_has_one_main_heading_and_a_title() {
    for (sample, _, html) in pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{sample}");
        assert!(html.contains("<title>"), "{sample}");
    }
}

#[test]
fn no_id_is_used_twice_and_every_label_has_its_field() {
    for (sample, _, html) in pages() {
        let ids: Vec<&str> = after(&html, " id=\"");
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{sample}: id {id} twice");
        }
        for field in after(&html, " for=\"") {
            assert!(ids.contains(&field), "{sample}: no field {field}");
        }
    }
}

/// What stands between each mark and the next quotation mark.
fn after<'a>(html: &'a str, mark: &str) -> Vec<&'a str> {
    html.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
