//! PDFs as the people who hold them meet them: read aloud, printed, copied from, checked years later.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lopdf::{Dictionary, Document, Object};
use seamark::attestations::sheet::{ReceiptFacts, Stated, draw as draw_receipt};
use seamark::certificates::CertificateKind;
use seamark::certificates::sheet::{CertificateFacts, draw as draw_certificate};
use seamark::clock::{Day, Instant};
use seamark::pdf;
use seamark::reports::sheet::{
    Band, Cell, GovernorsFacts, Measure, Point, Said, SchoolRow, Standing, Trend, draw as draw_report,
};

/// The file is kept under the build folder, so that it can also be looked at.
fn kept(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sheets");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The printed words, white space made single.
fn words(name: &str, bytes: &[u8]) -> String {
    let path = kept(name, bytes);
    let text = output("pdftotext", &["-layout", "-enc", "UTF-8", path.to_str().unwrap(), "-"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The structure tree as indented lines, "H1", "P", "Figure: alternative words", and the number of marks under each.
fn structure(bytes: &[u8]) -> Vec<String> {
    fn walk(document: &Document, element: &Dictionary, depth: usize, lines: &mut Vec<String>) {
        let kind = String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap();
        let words = element.get(b"Alt").map(|alt| format!(": {}", lopdf::decode_text_string(alt).unwrap()));
        lines.push(format!("{}{kind}{}", "  ".repeat(depth), words.unwrap_or_default()));
        for kid in element.get(b"K").unwrap().as_array().unwrap() {
            let kid = document.dereference(kid).unwrap().1.as_dict().unwrap();
            if kid.has(b"S") {
                walk(document, kid, depth + 1, lines);
            }
        }
    }
    let document = Document::load_mem(bytes).unwrap();
    let root = document.catalog().unwrap().get_deref(b"StructTreeRoot", &document).unwrap().as_dict().unwrap();
    let mut lines = Vec::new();
    walk(&document, root.get_deref(b"K", &document).unwrap().as_dict().unwrap(), 0, &mut lines);
    lines
}

/// Everything that any of our PDFs must be, whoever it is for.
fn is_sound(name: &str, bytes: &[u8]) {
    let path = kept(name, bytes);
    let path = path.to_str().unwrap();
    output("qpdf", &["--check", path]);
    let information = output("pdfinfo", &[path]);
    assert!(information.contains("Tagged:          yes"), "{information}");
    assert!(information.contains("PDF version:     1.7"), "{information}");
    assert!(!information.contains("PDF subtype"), "{information}");
    let fonts = output("pdffonts", &[path]);
    for line in fonts.lines().skip(2) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        assert!(columns[0].as_bytes()[6] == b'+', "no subset: {line}");
        assert_eq!(columns[columns.len() - 5..columns.len() - 2], ["yes", "yes", "yes"], "{line}");
    }
    let document = Document::load_mem(bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en-GB");
    for (_, page) in document.get_pages() {
        every_mark_leads_to_its_element(&document, page);
    }
    headings_step_down_one_at_a_time(&structure(bytes));
}

fn every_mark_leads_to_its_element(document: &Document, page: lopdf::ObjectId) {
    let root = document.catalog().unwrap().get_deref(b"StructTreeRoot", document).unwrap().as_dict().unwrap();
    let numbers = root.get_deref(b"ParentTree", document).unwrap().as_dict().unwrap();
    let numbers = numbers.get(b"Nums").unwrap().as_array().unwrap();
    let key = document.get_dictionary(page).unwrap().get(b"StructParents").unwrap().as_i64().unwrap();
    let row = numbers.chunks(2).find(|pair| pair[0].as_i64().unwrap() == key).unwrap();
    let row = document.dereference(&row[1]).unwrap().1.as_array().unwrap();
    let content = document.get_page_content(page);
    let content = lopdf::content::Content::decode(&content).unwrap();
    let mut open = 0;
    let mut marks = 0;
    for operation in &content.operations {
        match operation.operator.as_str() {
            "BDC" => {
                let number = operation.operands[1].as_dict().unwrap().get(b"MCID").unwrap().as_i64().unwrap();
                let element = document.dereference(&row[usize::try_from(number).unwrap()]).unwrap().1;
                assert!(element.as_dict().unwrap().has(b"S"));
                marks += 1;
                open += 1;
            }
            "BMC" => open += 1,
            "EMC" => open -= 1,
            "Tj" | "TJ" | "f" | "f*" | "S" => assert_eq!(open, 1, "{operation:?} is neither tagged nor decoration"),
            _ => {}
        }
    }
    assert_eq!((open, marks), (0, row.len()));
}

fn headings_step_down_one_at_a_time(structure: &[String]) {
    let levels = structure.iter().filter_map(|line| line.trim().strip_prefix('H')?.parse::<u32>().ok());
    let mut last = 0;
    for level in levels {
        assert!(level <= last + 1, "{structure:?}");
        last = level;
    }
    assert!(last > 0, "no heading");
}

fn lukasz() -> CertificateFacts {
    CertificateFacts {
        trust: "Saltmarsh Academies Trust".into(),
        school: Some("Harbour Academy".into()),
        printed_name: "Łukasz Kowalczyk".into(),
        title: "Data protection".into(),
        kind: CertificateKind::Course,
        completed: day("2026-10-02"),
        valid_until: day("2027-11-01"),
        minutes: Some(25),
        number: "SM-26-7K4Q9XTB2M".into(),
        verify_address: "https://training.example.sch.uk/verify/SM-26-7K4Q9XTB2M".into(),
        token: format!(
            "eyJhbGciOiJFZERTQSJ9.{}.{}",
            "eyJudW1iZXIiOiJTTS0yNi03SzRROVhUQjJNIn0".repeat(9),
            "c2ln".repeat(21)
        ),
        issued: Instant(1_790_935_200_123),
    }
}

fn certificate(facts: &CertificateFacts) -> Vec<u8> {
    draw_certificate(facts).unwrap()
}

#[test]
fn a_certificate_says_who_did_what_when_and_until_when_it_holds() {
    let words = words("certificate.pdf", &certificate(&lukasz()));
    for said in [
        "Saltmarsh Academies Trust · Harbour Academy",
        "This certifies that Łukasz Kowalczyk has completed Data protection on 2 October 2026",
        "1 November 2027",
        "25 minutes",
        "SM-26-7K4Q9-XTB2M",
        "Check that it is genuine",
        "training.example.sch.uk/verify",
    ] {
        assert!(words.contains(said), "‘{said}’ is missing from: {words}");
    }
}

#[test]
fn the_certificate_of_the_year_speaks_of_everything_and_needs_no_school_or_minutes() {
    let facts = CertificateFacts {
        kind: CertificateKind::Year,
        title: "Staff training 2026 to 2027".into(),
        school: None,
        minutes: None,
        ..lukasz()
    };
    let words = words("year.pdf", &certificate(&facts));
    assert!(words.contains("has completed everything in Staff training 2026 to 2027 on 2 October 2026"), "{words}");
    assert!(!words.contains("Learning time") && !words.contains("·"), "{words}");
}

#[test]
fn a_certificate_is_sound_and_small() {
    let bytes = certificate(&lukasz());
    is_sound("certificate.pdf", &bytes);
    assert!(bytes.len() <= 40 * 1024, "{} bytes", bytes.len());
}

#[test]
fn a_certificate_reads_in_order_to_somebody_who_listens() {
    insta::assert_snapshot!(structure(&certificate(&lukasz())).join("\n"), @"
    Document
      Figure: The Seamark mark: a daymark over waves
      P
      P
      H1
      P
      P
      P
      P
      P
      P
        Link
      Figure: QR code that leads to https://training.example.sch.uk/verify/SM-26-7K4Q9XTB2M
    ");
}

/// Names from the staff lists of real schools' countries, one for each script and trouble.
const EUROPEAN_NAMES: [&str; 26] = [
    "Łukasz Święcicki-Żółć",
    "Ștefan Țăranu Brâncuși",
    "Nguyễn Thị Ánh Tuyết Đặng",
    "Ελευθερία Παπαδοπούλου-Ξενάκη",
    "Владимир Щербаков Ёлкин",
    "Їжакевич Ґалина Євгенівна",
    "Љубица Његош Ђорђевић Џајић",
    "Дарын Өмір Құлбай",
    "Þórdís Æsa Guðmundsdóttir",
    "Jürgen Großmann-Öztürk",
    "Søren Kjærgaard Ångström",
    "Siân Ŵyn Llŷr ap Gruffydd",
    "Seán Ó Súilleabháin",
    "Zoë Çelik İbrahim Işıl Ğ",
    "Ramón Núñez i Gal·la",
    "François Lœuvre d’Haÿ-les-Roses",
    "Kateřina Dvořáková Šťastná",
    "Ľubomír Ďuriš Ŕehák",
    "Ágnes Kőszegi Tűzkő",
    "Žydrūnas Ąžuolas Įsčiūtė",
    "Jānis Bērziņš Ķēniņš Ģ",
    "Ġorġ Ħaż-Żebbuġ",
    "Áilu Čáhppesgáhttu Ŋ Ŧ Đ",
    "Արմեն Հովհաննիսյան",
    "გიორგი მამარდაშვილი",
    "Ἀριστοτέλης Οἰκονόμου",
];

#[test]
fn everybody_in_europe_finds_their_own_name_on_it() {
    for (place, name) in EUROPEAN_NAMES.iter().enumerate() {
        assert_eq!(pdf::unprintable(name), Vec::<char>::new(), "{name}");
        let file = format!("name-{place:02}.pdf");
        let bytes = certificate(&CertificateFacts { printed_name: (*name).into(), ..lukasz() });
        let printed = words(&file, &bytes);
        assert!(printed.contains(&format!("that {} has completed", pdf::clean(name))), "{name} became: {printed}");
        is_sound(&file, &bytes);
        assert!(bytes.len() <= 40 * 1024, "{name}: {} bytes", bytes.len());
    }
}

#[test]
fn a_name_typed_in_two_ways_is_printed_in_one() {
    let composed = CertificateFacts { printed_name: "Siân Ŵyn".into(), ..lukasz() };
    let decomposed = CertificateFacts { printed_name: "Sia\u{302}n W\u{302}yn".into(), ..lukasz() };
    assert_eq!(certificate(&composed), certificate(&decomposed));
}

#[test]
fn a_name_cannot_turn_the_page_around_or_hide_anything_in_it() {
    for (typed, printed) in [
        ("Ann\u{202e}eiL\u{202c} Lee", "AnneiL Lee"),
        ("Ann\u{0}\u{7}\u{1b}[31m Lee", "Ann[31m Lee"),
        ("  Ann \t\r\n  Lee ", "Ann Lee"),
        ("An\u{200b}n\u{feff} L\u{ad}ee\u{2066}\u{2069}", "Ann Lee"),
        ("Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}a", "\u{179}\u{302}\u{303}\u{304}a"),
    ] {
        assert_eq!(pdf::clean(typed), printed);
    }
}

#[test]
fn a_letter_that_no_face_has_is_known_before_it_is_printed() {
    assert_eq!(pdf::unprintable("Ann 李 Lee 🙂"), ['李', '🙂']);
    let bytes = certificate(&CertificateFacts { printed_name: "Ann 李 Lee".into(), ..lukasz() });
    is_sound("unprintable.pdf", &bytes);
    assert!(words("unprintable.pdf", &bytes).contains("Ann \u{fffd} Lee"));
}

#[test]
fn long_names_shrink_and_then_wrap_but_are_never_cut() {
    let long =
        "Wilhelmina Maximiliane Featherstonehaugh-Cholmondeley Montgomery-Massingberd of Saltmarsh and Fairhaven";
    let facts = CertificateFacts {
        printed_name: long.into(),
        title:
            "Leading social media safely across several schools at once, for senior leaders and those who act for them"
                .into(),
        school: Some("The Blessed Christopher Wharton Catholic Voluntary Academy and Sixth Form College".into()),
        verify_address: format!("https://{}.example.sch.uk/verify/SM-26-7K4Q9XTB2M", "a-very-long-name".repeat(8)),
        minutes: Some(61),
        ..lukasz()
    };
    let bytes = certificate(&facts);
    is_sound("long.pdf", &bytes);
    let printed = words("long.pdf", &bytes);
    assert!(printed.contains(long), "{printed}");
    assert!(printed.contains("those who act for them on 2 October 2026"), "{printed}");
    let unbroken = certificate(&CertificateFacts { printed_name: "W".repeat(120), ..lukasz() });
    assert!(words("unbroken.pdf", &unbroken).replace(' ', "").contains(&"W".repeat(120)));
}

#[test]
fn the_same_facts_always_give_the_same_bytes() {
    let first = certificate(&lukasz());
    certificate(&CertificateFacts { printed_name: "Somebody Else".into(), ..lukasz() });
    let other_thread = std::thread::spawn(|| certificate(&lukasz())).join().unwrap();
    assert_eq!(first, other_thread);
    assert_ne!(first, certificate(&CertificateFacts { issued: Instant(lukasz().issued.0 + 1000), ..lukasz() }));
}

#[test]
fn a_certificate_carries_its_signed_token_in_both_kinds_of_metadata() {
    let facts = CertificateFacts { trust: "Fish & Chips <Trust>".into(), ..lukasz() };
    let document = Document::load_mem(&certificate(&facts)).unwrap();
    let information = document.dereference(document.trailer.get(b"Info").unwrap()).unwrap().1.as_dict().unwrap();
    let property = |name: &[u8]| lopdf::decode_text_string(information.get(name).unwrap()).unwrap();
    assert_eq!(property(b"CertificateToken"), facts.token);
    assert_eq!(property(b"CertificateNumber"), facts.number);
    assert_eq!(property(b"Title"), "Certificate: Data protection, Łukasz Kowalczyk");
    assert!(property(b"CreationDate").starts_with("D:2026100210"));
    assert!(!information.has(b"GTS_PDFXVersion"));
    let metadata = document.catalog().unwrap().get_deref(b"Metadata", &document).unwrap().as_stream().unwrap();
    let xmp = String::from_utf8(metadata.get_plain_content().unwrap()).unwrap();
    assert!(xmp.contains(&format!("<seamark:CertificateToken>{}</seamark:CertificateToken>", facts.token)), "{xmp}");
    assert!(xmp.contains("Fish &amp; Chips &lt;Trust&gt;"));
}

#[test]
fn the_words_and_the_code_lead_to_the_same_place() {
    let document = Document::load_mem(&certificate(&lukasz())).unwrap();
    let page = document.get_pages()[&1];
    let links = document.get_page_annotations(page).unwrap();
    let [link] = links[..] else { panic!("one link") };
    let action = link.get(b"A").unwrap().as_dict().unwrap();
    assert_eq!(action.get(b"URI").unwrap().as_str().unwrap(), lukasz().verify_address.as_bytes());
    assert!(matches!(link.get(b"StructParent"), Ok(Object::Integer(1))));
}

const NINE_FOURTEEN: Instant = Instant(1_795_338_840_000);

fn receipt() -> ReceiptFacts {
    let statement = |text: &str, answer: &str| Stated { text: text.into(), answer: answer.into() };
    ReceiptFacts {
        trust: "Saltmarsh Academies Trust".into(),
        printed_name: "Łukasz Kowalczyk".into(),
        policy: "Social Media Policy".into(),
        version: "5b1f a9c0 77d2".into(),
        cycle: "2026 to 2027".into(),
        signed_at: NINE_FOURTEEN,
        statements: vec![
            statement("I have read this version of the policy. I have had the chance to ask about it.", "Confirmed"),
            statement(
                "As far as I know, I do not follow, message or otherwise engage with pupils or former pupils on any \
                 personal account. If I do, I have told the school. I am waiting for its decision, or I am keeping to it.",
                "Connection recorded on 3 November 2026",
            ),
            statement("I have passed the five training courses for this year.", "Known from your training"),
        ],
        entry_id: "18204".into(),
        reference: "AT-26-9XTB2M7K4Q".into(),
    }
}

#[test]
fn a_receipt_gives_back_every_statement_with_its_answer() {
    let bytes = draw_receipt(&receipt()).unwrap();
    is_sound("receipt.pdf", &bytes);
    assert_eq!(bytes, draw_receipt(&receipt()).unwrap());
    let words = words("receipt.pdf", &bytes);
    for said in [
        "Łukasz Kowalczyk signed it for 2026 to 2027 on 22 November 2026 at 9:14am.",
        "5b1f a9c0 77d2",
        "I am waiting for its decision, or I am keeping to it. Connection recorded on 3 November 2026",
        "Known from your training",
        "Receipt AT-26-9XTB2M7K4Q. Entry 18204 of the evidence log.",
        "Page 1 of 1",
    ] {
        assert!(words.contains(said), "‘{said}’ is missing from: {words}");
    }
}

#[test]
fn a_long_receipt_goes_on_to_another_page_without_losing_a_statement() {
    let mut facts = receipt();
    facts.statements = (1..=40)
        .map(|number| Stated {
            text: format!("Statement {number}. {}", "I know that it covers every school account. ".repeat(4)),
            answer: "Confirmed".into(),
        })
        .collect();
    let bytes = draw_receipt(&facts).unwrap();
    is_sound("receipt-long.pdf", &bytes);
    let words = words("receipt-long.pdf", &bytes);
    assert!((1..=40).all(|number| words.contains(&format!("Statement {number}. I know"))));
    assert!(words.contains("Page 4 of 4"), "{words}");
}

fn cell(text: &str) -> Cell {
    let band = match text.trim_end_matches('%').parse::<u32>() {
        Ok(95..) => Band::Good,
        Ok(85..) => Band::Watch,
        Ok(_) => Band::Act,
        Err(_) if text.starts_with("over") => Band::Good,
        Err(_) => Band::NotShown,
    };
    Cell { text: text.into(), band }
}

fn school(name: &str, cells: [&str; 7]) -> SchoolRow {
    SchoolRow { name: name.into(), cells: cells.map(cell).to_vec() }
}

fn measure(code: &str, label: &str, value: &str, last_year: &str, band: Band, word: &str, target: &str) -> Measure {
    Measure {
        code: code.into(),
        label: label.into(),
        value: value.into(),
        last_year: Some(format!("{last_year} last year")),
        band,
        band_word: word.into(),
        target: Some(format!("target {target}")),
    }
}

fn points(values: &[(u16, f32)]) -> Vec<Point> {
    values.iter().map(|(day, percent)| Point { day: *day, percent: *percent }).collect()
}

/// The governors' report of a trust of five schools.
fn saltmarsh() -> GovernorsFacts {
    let plainly = |words: &str| Said::Plainly(words.into());
    let strongly = |words: &str| Said::Strongly(words.into());
    GovernorsFacts {
        trust: "Saltmarsh Academies Trust".into(),
        scope: "Saltmarsh Academies Trust".into(),
        place: "at Saltmarsh Academies Trust".into(),
        whom: "Report to the board of trustees".into(),
        period: "Autumn term, 2026 to 2027".into(),
        as_at_words: "As at 22 November 2026, 9:14am".into(),
        as_at: NINE_FOURTEEN,
        headline: vec![
            plainly("Mostly: "),
            strongly("86%"),
            plainly(
                " of 479 staff are up to date with all seven requirements, 8 points more than at this time last year. ",
            ),
            strongly("Harbour Academy"),
            plainly(" is behind on reporting issues and on the annual attestation."),
        ],
        measures: vec![
            measure("K1", "up to date with everything", "86%", "78%", Band::Watch, "Watch", "95%"),
            measure("K2", "signed this year’s attestation", "77%", "75%", Band::Act, "Act", "97%"),
            measure("K3", "acceptable use", "96%", "90%", Band::Good, "Good", "95%"),
            measure("K4", "social media risks", "92%", "91%", Band::Watch, "Watch", "95%"),
            measure("K5", "checking your privacy settings", "91%", "88%", Band::Watch, "Watch", "95%"),
            measure("K6", "data protection and social media", "88%", "90%", Band::Watch, "Watch", "95%"),
            measure("K7", "reporting issues", "84%", "80%", Band::Act, "Act", "95%"),
            measure("K8", "privacy self-check done", "fewer than 5 people", "90%", Band::NotShown, "Not shown", "90%"),
        ],
        requirements: [
            "Acceptable use",
            "Social media risks",
            "Privacy settings",
            "Data protection",
            "Reporting issues",
            "Self-check",
            "Attestation",
        ]
        .map(String::from)
        .to_vec(),
        schools: vec![
            school("Fairhaven Primary School", ["98%", "96%", "91%", "88%", "84%", "90%", "79%"]),
            school("Coombe Infants", ["over 90%", "over 90%", "90%", "90%", "90%", "over 90%", "90%"]),
            school("Harbour Academy", ["88%", "81%", "74%", "70%", "61%", "77%", "58%"]),
            school("St Piran’s", ["95%", "93%", "92%", "85%", "86%", "88%", "80%"]),
            school("Central team", ["fewer than 5 people"; 7]),
        ],
        legend: vec![
            (Band::Good, "95% or more".into()),
            (Band::Watch, "85% to 94%".into()),
            (Band::Act, "below 85%".into()),
            (Band::NotShown, "too few people to show".into()),
        ],
        trend: Some(Trend {
            this_year_name: "2026 to 2027".into(),
            last_year_name: "2025 to 2026".into(),
            this_year: points(&[
                (0, 6.0),
                (10, 28.0),
                (20, 48.0),
                (31, 59.0),
                (42, 67.0),
                (53, 74.0),
                (63, 80.0),
                (74, 84.0),
                (82, 86.0),
            ]),
            last_year: points(&[
                (0, 4.0),
                (10, 18.0),
                (20, 33.0),
                (31, 44.0),
                (42, 51.0),
                (53, 58.0),
                (63, 66.0),
                (74, 72.0),
                (90, 76.0),
                (120, 82.0),
                (150, 88.0),
                (200, 92.0),
                (300, 95.0),
                (364, 96.0),
            ]),
            target: Some(95.0),
            sentence: "86% are up to date on 22 November, against 78% on the same day last year.".into(),
            latest: "86%".into(),
        }),
        questions: vec![
            "What is stopping staff at Harbour Academy from finishing, and when will they?".into(),
            "Have the people overdue for more than 30 days been spoken to by their managers?".into(),
            "Do the wrong answers point to something the policy leaves unclear?".into(),
        ],
        notes: vec![
            "Up to date means that every requirement of the year is complete, or the person is exempt from it.".into(),
            "Not counted: 6 people who are away, and 9 who joined within the last 20 working days and are not yet due."
                .into(),
            "A person who works at two schools counts once in the trust and once in each school.".into(),
            "Groups of fewer than 5 people are not shown; groups of 5 to 9 are rounded to the nearest 10.".into(),
        ],
        standing: Standing::Issued {
            number: "2026-AUT-0007".into(),
            issued_at: NINE_FOURTEEN,
            checkpoint_size: 18_204,
            short_root: "5b1f a9c0 77d2 3e48".into(),
        },
    }
}

#[test]
fn a_governor_reads_headline_measures_schools_trend_and_questions() {
    let bytes = draw_report(&saltmarsh()).unwrap();
    is_sound("governors.pdf", &bytes);
    assert_eq!(bytes, draw_report(&saltmarsh()).unwrap());
    let words = words("governors.pdf", &bytes);
    for said in [
        "Report to the board of trustees",
        "As at 22 November 2026, 9:14am",
        "Are our staff trained and signed up?",
        "Mostly: 86% of 479 staff are up to date with all seven requirements",
        "K1 · up to date with",
        "75% last year, target 97%",
        "Harbour Academy 88% 81% 74% 70% 61% 77% 58%",
        "95% or more",
        "86% are up to date on 22 November, against 78% on the same day last year.",
        "Questions you may want to ask",
        "• What is stopping staff at Harbour Academy from finishing, and when will they?",
        "How these figures are made",
        "2025 to 2026 33% 58% 76%",
        "Report 2026-AUT-0007, issued 22 November 2026 at 9:14am.",
        "Evidence checkpoint 18,204 · 5b1f a9c0 77d2 3e48",
        "Page 2 of 2",
    ] {
        assert!(words.contains(said), "‘{said}’ is missing from: {words}");
    }
    let first_page = words.split("Page 1 of 2").next().unwrap();
    assert!(first_page.contains("leaves unclear?"), "the questions are not on the first page: {words}");
}

#[test]
fn a_draft_says_so_on_every_page_and_has_no_number() {
    let bytes = draw_report(&GovernorsFacts { standing: Standing::Draft, ..saltmarsh() }).unwrap();
    is_sound("draft.pdf", &bytes);
    let words = words("draft.pdf", &bytes);
    assert_eq!(words.matches("Draft: not issued").count(), 3, "{words}");
    assert!(!words.contains("checkpoint") && !words.contains("2026-AUT"));
}

#[test]
fn a_trust_of_thirty_schools_finds_every_one_of_them_in_the_report() {
    let mut facts = saltmarsh();
    facts.schools = (1..=30)
        .map(|number| {
            let name = if number % 4 == 0 {
                format!("The Blessed Christopher Wharton Catholic Voluntary Academy {number}")
            } else {
                format!("Fairhaven {number}")
            };
            school(&name, ["98%", "81%", "under 10%", "fewer than 5 people", "84%", "1 to 4", "79%"])
        })
        .collect();
    let bytes = draw_report(&facts).unwrap();
    is_sound("thirty.pdf", &bytes);
    let words = words("thirty.pdf", &bytes);
    assert!((1..=30).all(|number| number % 4 == 0 || words.contains(&format!("Fairhaven {number} 98%"))), "{words}");
    let structure = structure(&bytes);
    let count = |tag: &str| structure.iter().filter(|line| line.trim() == tag).count();
    // 30 schools with a head, and the trend's table with its own.
    assert_eq!((count("TR"), count("Table")), (31 + 3, 2));
    assert_eq!(count("TD"), 30 * 7 + 2 * 3);
}

#[test]
fn one_school_with_no_past_and_nothing_to_ask_still_has_a_report() {
    let facts = GovernorsFacts {
        scope: "Harbour Academy".into(),
        place: "at Harbour Academy".into(),
        whom: "Report to the governors of Harbour Academy".into(),
        schools: vec![school("Harbour Academy", ["88%", "81%", "74%", "70%", "61%", "77%", "58%"])],
        measures: saltmarsh()
            .measures
            .into_iter()
            .map(|measure| Measure { last_year: None, target: None, ..measure })
            .collect(),
        trend: None,
        questions: vec![],
        notes: vec![],
        legend: vec![],
        ..saltmarsh()
    };
    let bytes = draw_report(&facts).unwrap();
    is_sound("one-school.pdf", &bytes);
    let words = words("one-school.pdf", &bytes);
    assert!(words.contains("Report to the governors of Harbour Academy"), "{words}");
    assert!(words.contains("Page 1 of 1"), "{words}");
}

#[test]
fn the_report_is_heard_as_headings_lists_and_tables() {
    let structure = structure(&draw_report(&saltmarsh()).unwrap());
    let outline: Vec<&str> =
        structure.iter().filter(|line| line.matches("  ").count() == 1).map(|line| line.trim()).collect();
    insta::assert_snapshot!(outline.join("\n"), @"
    Figure: The Seamark mark: a daymark over waves
    P
    P
    H1
    P
    L
    H2
    Table
    P
    H2
    P
    Figure: Line chart. 86% are up to date on 22 November, against 78% on the same day last year.
    H2
    L
    H2
    L
    H2
    Table
    ");
}
