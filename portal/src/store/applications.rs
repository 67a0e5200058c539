//! Applications that have PINs sent, and their message templates.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::limits::{Reservation, Reserved};
use super::{AuditEntry, Seconds, Store, StoreError};

/// What an app's server made to send PINs with.
#[derive(Clone)]
pub struct Application {
    /// 32 hexadecimal digits in upper case.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Whether it may send, as its own server says.
    pub enabled: bool,
    /// Whether an administrator lets it.
    pub allowed: bool,
    /// Its configuration, JSON as the API has it.
    pub configuration: String,
    /// The prefixes that it may send to, separated by spaces; none is all.
    pub prefixes: String,
    /// What its messages may cost within a day, in thousandths; 0 is no ceiling.
    pub cost_ceiling: i64,
    /// How many messages go to a thousand neighbouring numbers, like `20/1h`.
    pub block_limit: String,
    /// How many messages go to one country, like `500/1h`; empty is no limit.
    pub country_limit: String,
    /// The limit against pumping that was reached last; empty is none.
    pub stopped_by: String,
    /// When it was told last.
    pub stopped_at: Seconds,
}

impl Application {
    /// Whether it may send.
    #[must_use]
    pub fn sends(&self) -> bool {
        self.enabled && self.allowed
    }

    /// An application that may send, with no limits but its configuration's and the one to
    /// neighbouring numbers.
    #[must_use]
    pub fn new(id: &str, name: &str, configuration: String) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            enabled: true,
            allowed: true,
            configuration,
            prefixes: String::new(),
            cost_ceiling: 0,
            block_limit: "20/1h".to_owned(),
            country_limit: String::new(),
            stopped_by: String::new(),
            stopped_at: 0,
        }
    }
}

/// A message template.
#[derive(Clone)]
pub struct Template {
    /// 32 hexadecimal digits in upper case.
    pub id: String,
    /// Whose it is.
    pub application_id: String,
    /// JSON as the API has it.
    pub template: String,
}

impl Store {
    /// Adds an application; one that is there already stays as it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_application(
        &self,
        application: &Application,
        now: Seconds,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into applications (id, name, enabled, configuration, prefixes, cost_ceiling,
                                       block_limit, country_limit, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        )
        .bind(&application.id)
        .bind(&application.name)
        .bind(i64::from(application.enabled))
        .bind(&application.configuration)
        .bind(&application.prefixes)
        .bind(application.cost_ceiling)
        .bind(&application.block_limit)
        .bind(&application.country_limit)
        .bind(now)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// Changes what the API may change; what is `None` stays as it is, as does what an administrator
    /// set at the same moment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn change_application(
        &self,
        id: &str,
        name: &str,
        enabled: Option<bool>,
        configuration: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update applications set name = $2, enabled = coalesce($3, enabled),
                configuration = coalesce($4, configuration) where id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(enabled.map(i64::from))
        .bind(configuration)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// Changes what an administrator may change.
    ///
    /// # Errors
    /// The database failed.
    pub async fn limit_application(&self, application: &Application) -> Result<(), StoreError> {
        sqlx::query(
            "update applications set allowed = $2, configuration = $3, prefixes = $4,
                cost_ceiling = $5, block_limit = $6, country_limit = $7 where id = $1",
        )
        .bind(&application.id)
        .bind(i64::from(application.allowed))
        .bind(&application.configuration)
        .bind(&application.prefixes)
        .bind(application.cost_ceiling)
        .bind(&application.block_limit)
        .bind(&application.country_limit)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// A limit against pumping was reached: tells it on the application's page and in the audit log, if
    /// there is room for telling it. All of it, or nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tell_stopped(
        &self,
        id: &str,
        by: &str,
        telling: Reservation,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut together = self.begin().await?;
        if Self::reserve(&mut together, &[telling]).await? != Reserved::Free {
            return Ok(());
        }
        sqlx::query("update applications set stopped_by = $2, stopped_at = $3 where id = $1")
            .bind(id)
            .bind(by)
            .bind(entry.at)
            .execute(&mut *together)
            .await?;
        Self::add_audit(&mut *together, entry).await?;
        together.commit().await
    }

    /// All applications, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        let rows = sqlx::query("select * from applications order by created_at, id limit 1000")
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(application).collect()
    }

    /// One application.
    ///
    /// # Errors
    /// The database failed.
    pub async fn application(&self, id: &str) -> Result<Option<Application>, StoreError> {
        let row = sqlx::query("select * from applications where id = $1")
            .bind(id)
            .fetch_optional(&self.reads)
            .await?;
        row.as_ref().map(application).transpose()
    }

    /// Adds a template, or changes it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_template(&self, template: &Template, now: Seconds) -> Result<(), StoreError> {
        sqlx::query(
            "insert into templates (id, application_id, template, created_at) values ($1, $2, $3, $4)
             on conflict (id) do update set template = excluded.template",
        )
        .bind(&template.id)
        .bind(&template.application_id)
        .bind(&template.template)
        .bind(now)
        .execute(&self.writes)
        .await
        .map(drop)
    }

    /// A template of an application.
    ///
    /// # Errors
    /// The database failed.
    pub async fn template(
        &self,
        application_id: &str,
        id: &str,
    ) -> Result<Option<Template>, StoreError> {
        let row = sqlx::query(
            "select id, application_id, template from templates
             where application_id = $1 and id = $2",
        )
        .bind(application_id)
        .bind(id)
        .fetch_optional(&self.reads)
        .await?;
        row.as_ref().map(template).transpose()
    }

    /// The templates of an application, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn templates(&self, application_id: &str) -> Result<Vec<Template>, StoreError> {
        let rows = sqlx::query(
            "select id, application_id, template from templates where application_id = $1
             order by created_at, id limit 1000",
        )
        .bind(application_id)
        .fetch_all(&self.reads)
        .await?;
        rows.iter().map(template).collect()
    }
}

fn application(row: &AnyRow) -> Result<Application, StoreError> {
    Ok(Application {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        enabled: row.try_get::<i64, _>("enabled")? != 0,
        allowed: row.try_get::<i64, _>("allowed")? != 0,
        configuration: row.try_get("configuration")?,
        prefixes: row.try_get("prefixes")?,
        cost_ceiling: row.try_get("cost_ceiling")?,
        block_limit: row.try_get("block_limit")?,
        country_limit: row.try_get("country_limit")?,
        stopped_by: row.try_get("stopped_by")?,
        stopped_at: row.try_get("stopped_at")?,
    })
}

fn template(row: &AnyRow) -> Result<Template, StoreError> {
    Ok(Template {
        id: row.try_get("id")?,
        application_id: row.try_get("application_id")?,
        template: row.try_get("template")?,
    })
}
