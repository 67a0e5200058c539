//! The terminal program as a user or a script sees it: what it prints, and how it ends.

#[cfg(test)]
mod program;
#[cfg(test)]
#[path = "console/scripts.rs"]
mod scripts;
