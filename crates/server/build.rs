//! Tells cargo when the page changed, because the macro that embeds it cannot. Builds nothing.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_UI").is_some() {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
