//! What a proxy asks of a portal, and what it must not tell everyone.

use reqwest::StatusCode;

use super::requests::Visitor;
use super::site::Site;

#[tokio::test]
async fn health_is_told_and_figures_are_counted() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site);
    assert_eq!(visitor.get("/health/live").await.status(), StatusCode::OK);
    assert_eq!(visitor.get("/health/ready").await.status(), StatusCode::OK);
    let answer = visitor.get("/metrics").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "figures are not for everyone");
    site.portal.store().close().await;
    assert_eq!(visitor.get("/health/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let broken = visitor.get("/profile").await;
    assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = broken.text().await.unwrap();
    assert!(text.contains("Something is broken on our side"), "{text}");
}
