//! What the benches share: a trust to measure, the program as it is served, a browser, and honest figures.
//! CPU is the server's own, as the system counts it; whoever sends it work runs in another process.

#![allow(dead_code)] // each bench takes what it needs

pub mod browser;
pub mod postgres;
pub mod program;
pub mod trust;

use std::time::Duration;

pub const RUNS: usize = 5;

/// The value after a word of the command line.
pub fn said(name: &str) -> Option<String> {
    let words: Vec<String> = std::env::args().collect();
    words.iter().position(|word| word == name).and_then(|place| words.get(place + 1)).cloned()
}

pub fn number(name: &str, otherwise: usize) -> usize {
    said(name).map_or(otherwise, |word| word.parse().expect("a number"))
}

pub fn is_said(name: &str) -> bool {
    std::env::args().any(|word| word == name)
}

pub fn print_load(when: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average {when}: {}", load.trim());
}

/// Seconds of CPU that a process has used since it began, its threads and the kernel's work for it included.
pub fn cpu_of(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(12) + ticks(13)) / 100.0
}

pub fn median(figures: &[f64]) -> f64 {
    share(figures, 0.5)
}

/// The figure that this share of all figures does not exceed.
pub fn share(figures: &[f64], share: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1]
}

/// The median of some runs' figures, and from where to where they lie.
pub fn print_median(what: &str, unit: &str, figures: &[f64]) {
    let (least, most) = (share(figures, 0.0), share(figures, 1.0));
    println!("{what:<64}{:>10.2} {unit:<6} ({least:.2} to {most:.2})", median(figures));
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
