//! What the whole promises, a module for each behaviour.

#[cfg(test)]
mod behaviour {
    mod live;
    mod pictures;
    mod printing;
    mod scenarios;
}
