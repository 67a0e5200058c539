//! The portal over HTTP and on SQLite: what it refuses, and what its store has to keep to.

#[cfg(test)]
mod program;

#[cfg(test)]
mod portal {
    mod app;
    mod codes;
    mod contract;
    mod demo;
    #[expect(dead_code, reason = "only real parts and benchmarks show many codes in a row")]
    mod devices;
    mod gateway;
    mod health;
    mod lists;
    mod log;
    mod lookup;
    mod messages;
    mod numbers;
    mod patience;
    #[expect(dead_code, reason = "only real parts have a screen to scan")]
    mod phone;
    mod pin_pages;
    mod pins;
    mod pins_contract;
    mod pumping;
    mod requests;
    mod second_factors;
    mod site;
    mod start;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn sqlite_keeps_to_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let url = countersign_portal::store::Store::file_url(&folder.path().join("a b%.db"));
        let store = countersign_portal::store::Store::open(&url).await.unwrap();
        contract::holds_on(&store).await;
        pins_contract::holds_on(&store).await;
        // It is the same after a restart.
        store.close().await;
        let store = countersign_portal::store::Store::open(&url).await.unwrap();
        assert!(store.has_users().await.unwrap());
    }
}
