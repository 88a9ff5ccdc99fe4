//! `postvalv serve`

use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{BackupSection, Config};
use crate::fetch::HttpLimits;
use crate::handover::{Bucket, Syslog, Way, Webhooks};
use crate::key_sets::KeySets;
use crate::mail::Mailer;
use crate::places::Places;
use crate::sign_in::Providers;
use crate::state::AppState;

/// Serves until asked to stop; then lets requests under way finish, ends the jobs and closes the databases.
pub(super) async fn serve(config: &Config) -> anyhow::Result<()> {
    web::logging::start(&config.log);
    let shutdown = web::shutdown_signal().context("signals can't be waited for")?;
    // First, so that a busy port is noticed before the databases are touched.
    let listener = TcpListener::bind(config.listen.address)
        .await
        .with_context(|| format!("listen.address: {} can't be listened on", config.listen.address))?;
    let metrics_listener = match &config.metrics {
        Some(section) => Some(
            TcpListener::bind(section.listen)
                .await
                .with_context(|| format!("metrics.listen: {} can't be listened on", section.listen))?,
        ),
        None => None,
    };
    let places = Places::open(config.places.as_ref())?;
    places.tell();
    let (portal, clock) = super::open(config).await?;
    let providers = Providers::new(
        &config.providers,
        &clock,
        HttpLimits::default(),
        config.mode.is_development(),
    )
    .context("no client for OpenID providers can be made")?;
    let key_sets =
        KeySets::new(config, &clock, KeySets::LIMITS).context("no client for key sets of systems can be made")?;
    let mailer = config.mail.as_ref();
    let mailer = mailer.map(|section| Mailer::new(section, &config.origin, &clock));
    let mailer = mailer.transpose().context("mail.from")?;
    let syslog = Syslog::all(config).context("audit.syslog")?;
    let buckets = Bucket::all(config).context("audit.checkpoints")?;
    let webhooks = Webhooks::new(config, Webhooks::LIMITS).context("audit.webhook")?;
    let state = AppState::new(
        config,
        portal.clone(),
        clock,
        providers.clone(),
        places.clone(),
        key_sets,
    );
    let (router, _) = crate::router::router(&state, config);

    let (stop, stopped) = watch::channel(false);
    let interval = Duration::from_secs(config.jobs.interval_seconds.into());
    let jobs = tokio::spawn(crate::jobs::run(
        portal.clone(),
        interval,
        config.purge.longest_lag(),
        stopped.clone(),
    ));
    let chaining = tokio::spawn(crate::jobs::chain_audit_log(portal.clone(), stopped.clone()));
    let mails = mailer.map(|mailer| tokio::spawn(crate::mail::run(portal.clone(), mailer, stopped.clone())));
    let ways = syslog
        .into_iter()
        .map(Way::Syslog)
        .chain(buckets.into_iter().map(Way::Bucket))
        .chain([Way::Webhooks(webhooks)]);
    let handing_over: Vec<_> = ways
        .map(|way| tokio::spawn(crate::handover::run(portal.clone(), way, stopped.clone())))
        .collect();
    let backups = config.backup.as_ref().map(BackupSection::settings);
    let aging = backups
        .clone()
        .map(|settings| tokio::spawn(crate::jobs::age_backups(portal.clone(), settings, stopped.clone())));
    let mut stop_metrics = stopped.clone();
    let metrics = metrics_listener.map(|listener| {
        let router = crate::metrics::metrics_router(portal.clone(), backups);
        tokio::spawn(web::serve(listener, router, crate::metrics::LIMITS, async move {
            let _stopped = stop_metrics.wait_for(|stop| *stop).await;
        }))
    });
    let refreshing = tokio::spawn(crate::jobs::refresh(providers, places, stopped));
    tracing::info!(address = %config.listen.address, origin = %config.origin, "serving");
    web::serve(listener, router, config.listen.limits(), shutdown).await;
    let _nobody_listens = stop.send(true);
    jobs.await.context("the jobs broke off")?;
    chaining.await.context("chaining the audit log broke off")?;
    if let Some(mails) = mails {
        mails.await.context("sending mails broke off")?;
    }
    for one in handing_over {
        one.await.context("handing out the audit log broke off")?;
    }
    if let Some(aging) = aging {
        aging.await.context("letting archives age broke off")?;
    }
    if let Some(metrics) = metrics {
        metrics.await.context("serving metrics broke off")?;
    }
    refreshing.await.context("refreshing providers and places broke off")?;
    portal.close().await;
    tracing::info!("stopped");
    Ok(())
}
