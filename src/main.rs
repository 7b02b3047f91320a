//! Command line in, exit code out.

fn main() -> std::process::ExitCode {
    seamark::cli::run(std::env::args_os())
}
