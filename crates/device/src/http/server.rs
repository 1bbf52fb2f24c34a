//! Connections: accepted, bounded, served, and ended in order.
//!
//! Invariant: once the server is told to stop it takes no new connection, lets in-flight
//! requests end within the grace and then ends. Never listens beyond loopback without a key.

use super::state::AppState;
use super::{Limits, router};
use crate::cloud::{CloudApi, LocationApi};
use crate::keys::{KeyError, KeyFile, KeyRing};
use crate::metrics::Metrics;
use crate::routing::{self, Shell};
use crate::service::{self, Service, ServiceError, Watch};
use crate::sync::{Agent, menu};
use crate::till::{self, Handle, Shelf};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use olympus_core::route::RouteConfig;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it serves.
    pub service: service::Options,
    /// Where the keys are; `None` knows no keys.
    pub keys_dir: Option<PathBuf>,
    /// Origins of other pages that may call.
    pub cors_origins: Vec<String>,
    /// What it takes.
    pub limits: Limits,
    /// The cloud half; `None` answers everything here.
    pub cloud: Option<Arc<dyn CloudApi>>,
    /// The location's authority; `None` sells without one.
    pub location: Option<Arc<dyn LocationApi>>,
    /// How requests are routed between the two.
    pub route: RouteConfig,
    /// Whether the menu comes from `location`; else it is this device's, and is brought there.
    pub follows_menu: bool,
    /// What sells.
    pub till: till::Setup,
}

impl Options {
    /// A server on a free port of loopback, everything else as by default.
    #[must_use]
    pub fn on_loopback(service: service::Options) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            keys_dir: service.data_dir.clone(),
            till: till::Setup {
                data_dir: service.data_dir.clone().filter(|_| !service.demo),
                ..till::Setup::temporary()
            },
            service,
            cors_origins: Vec::new(),
            limits: Limits::default(),
            cloud: None,
            location: None,
            route: RouteConfig::default(),
            follows_menu: false,
        }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Others could reach it and nobody would be asked for a key.
    #[error(
        "{0} can be reached from other machines, and this device has no key yet; \
         make one with `olympus-edge keys create --name NAME --scope kiosk`, \
         or listen on 127.0.0.1"
    )]
    NoKey(SocketAddr),
    /// The address cannot be had.
    #[error("listening on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Model or menu cannot be loaded.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The till's thread or its temporary folder cannot be had.
    #[error("starting the till: {0}")]
    Till(io::Error),
    /// A setting of routing cannot work.
    #[error("route: {0}")]
    Route(#[from] olympus_core::route::ConfigError),
}

/// Serves until `stop` ends. `bound` is told the address as soon as connections are taken,
/// `ready` once every request is answered fast.
///
/// # Errors
/// [`ServerError`], before anything is served.
pub async fn run(
    options: Options,
    bound: impl FnOnce(SocketAddr),
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let keys = KeyRing::open(options.keys_dir.as_deref().map(KeyFile::in_dir))?;
    let loopback = options.listen.ip().is_loopback();
    if !loopback && keys.is_empty() {
        return Err(ServerError::NoKey(options.listen));
    }
    let listen = |source| ServerError::Listen {
        address: options.listen,
        source,
    };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let metrics = Arc::new(match (&options.cloud, &options.location) {
        (None, None) => Metrics::new(),
        _ => Metrics::with_cloud(),
    });
    let shelf = Shelf::new(&options.service, options.till.zone.clone());
    let till = Handle::start(options.till, shelf, metrics.till().clone());
    let till = till.map_err(ServerError::Till)?;
    let (stop_sender, stopped) = watch::channel(false);
    let state = Arc::new(AppState {
        loopback,
        cors_origins: options.cors_origins,
        follows_menu: options.follows_menu,
        ..AppState::new(till, metrics, keys, options.limits, stopped.clone())
    });
    let keeping = keep(&state, options.location);
    let accepting = tokio::spawn(accept(listener, Arc::clone(&state), stopped));
    bound(address);

    let mut stop = std::pin::pin!(stop);
    let routing = (options.cloud, options.route);
    let loading = load(Arc::clone(&state), options.service, routing);
    let outcome = tokio::select! {
        loaded = loading => loaded,
        () = &mut stop => Ok(()),
    };
    if let (Ok(()), Some(service)) = (&outcome, state.service.get()) {
        // Goes on until the server ends.
        let publishes = !options.follows_menu;
        let _watching = (state.shell.get()).map(|shell| shell.watch(service, publishes));
        let _following = follow(&state, service);
        ready(address);
        stop.await;
    }
    state.stopping.store(true, Ordering::Relaxed);
    let _ = stop_sender.send(true);
    // The accept loop ends by itself, after the grace at the latest; a panic in it was logged.
    let _ = accepting.await;
    drop(keeping);
    state.till.close().await;
    outcome
}

/// What goes on beside the requests, until it is dropped. It begins before the model is loaded: a
/// grant that is here before the line goes down is worth a night.
fn keep(state: &Arc<AppState>, location: Option<Arc<dyn LocationApi>>) -> [JoinSet<()>; 2] {
    let till = &state.till;
    let mut keeping = JoinSet::new();
    keeping.spawn(super::till::keep_missing(till.clone()));
    keeping.spawn(till::keep_backups(till.clone()));
    let Some(location) = location else {
        keeping.spawn(till.clone().tick_alone());
        return [keeping, JoinSet::new()];
    };
    let metrics = state.metrics.sync().clone();
    let agent = Agent::new(location, till.clone(), metrics);
    let _ = state.agent.set(Arc::clone(&agent));
    [keeping, agent.watch()]
}

/// Takes the menu from the location, where that is set up.
fn follow(state: &Arc<AppState>, service: &Arc<Service>) -> JoinSet<()> {
    let mut following = JoinSet::new();
    if let Some(agent) = state.agent.get().filter(|_| state.follows_menu) {
        let told = Arc::clone(state);
        let changed = move || told.tell(Shell::menu_changed);
        following.spawn(menu::follow(
            Arc::clone(agent),
            Arc::clone(service),
            changed,
        ));
    }
    following
}

/// Loads models and menu, and sets up routing where there is a cloud.
async fn load(
    state: Arc<AppState>,
    options: service::Options,
    (cloud, route): (Option<Arc<dyn CloudApi>>, RouteConfig),
) -> Result<(), ServerError> {
    let remembers = options.data_dir.clone().filter(|_| !options.demo);
    let loading = tokio::task::spawn_blocking(move || {
        let started = std::time::Instant::now();
        let watch = Watch {
            progress: &|done, all| {
                if done % 400 < 8 {
                    tracing::info!(done, all, "computing the menu's vectors");
                }
            },
            go_on: &|| match state.stopping.load(Ordering::Relaxed) {
                true => Err(ServiceError::NotReady("shutting down")),
                false => Ok(()),
            },
        };
        let service = Service::open_with(options, Arc::clone(&state.metrics), &watch)?;
        tracing::info!(
            model = service.model().id,
            items = service.item_count(),
            ms = started.elapsed().as_millis(),
            "ready"
        );
        // Nobody else sets them; who sees the service sees the shell.
        if let Some(cloud) = cloud {
            let route = routing::measured(route, &service)?;
            let calls = Arc::clone(&state.calls);
            let metrics = Arc::clone(&state.metrics);
            let shell = Shell::new(route, cloud, calls, metrics, remembers.as_deref())?;
            let _ = state.shell.set(shell);
        }
        let service = Arc::new(service);
        state.till.shelf().serve(&service, state.shell.get());
        let _ = state.service.set(service);
        // Ready already: nobody waits for this, unless they ask at once.
        olympus_core::language::warm();
        olympus_inference::resident::give_back();
        Ok(())
    });
    match loading.await {
        Ok(loaded) => loaded,
        Err(error) => Err(ServiceError::Encoder(error.to_string()).into()),
    }
}

async fn accept(listener: TcpListener, state: Arc<AppState>, mut stopped: watch::Receiver<bool>) {
    let router = router(&state);
    let peers = Peers::new(&state.limits);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                if let Some(place) = peers.admit(peer.ip()) {
                    let serving = serve(
                        stream,
                        router.clone(),
                        stopped.clone(),
                        state.limits.header_timeout,
                    );
                    connections.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
            }
            Err(error) => {
                // Out of file descriptors, mostly: those who leave make room.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(state.limits.grace, all).await.is_err() {
        tracing::warn!("requests that did not end within the grace are cut off");
        state.abort.store(true, Ordering::Relaxed);
    }
}

async fn serve(
    stream: TcpStream,
    router: Router,
    mut stopped: watch::Receiver<bool>,
    header_timeout: Duration,
) {
    // Answers are small and complete: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// How many connections there are, and from whom.
struct Peers {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max: usize,
    max_per_peer: usize,
}

/// One connection's place, given back when it is dropped.
struct Place {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    peer: IpAddr,
}

impl Peers {
    fn new(limits: &Limits) -> Self {
        Self {
            counts: Arc::default(),
            max: limits.max_connections,
            max_per_peer: limits.max_connections_per_peer,
        }
    }

    /// A place, or `None`: the connection is then closed at once.
    fn admit(&self, peer: IpAddr) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = counts.values().sum();
        let own = counts.get(&peer).copied().unwrap_or_default();
        // On loopback everybody has the same address, a proxy's clients included.
        let max = if peer.is_loopback() {
            self.max
        } else {
            self.max_per_peer
        };
        if all >= self.max || own >= max {
            tracing::warn!(%peer, connections = all, "too many connections");
            return None;
        }
        counts.insert(peer, own + 1);
        Some(Place {
            counts: Arc::clone(&self.counts),
            peer,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = counts.get_mut(&self.peer) {
            *own -= 1;
            if *own == 0 {
                counts.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Peers};
    use std::net::IpAddr;

    #[test]
    fn one_peer_cannot_take_every_place() {
        let peers = Peers::new(&Limits {
            max_connections: 3,
            max_connections_per_peer: 2,
            ..Limits::default()
        });
        let greedy = IpAddr::from([10, 0, 0, 1]);
        let other = IpAddr::from([10, 0, 0, 2]);
        let places: Vec<_> = (0..2).map(|_| peers.admit(greedy)).collect();
        assert!(places.iter().all(Option::is_some));
        assert!(peers.admit(greedy).is_none());
        let third = peers.admit(other).expect("has room");
        assert!(peers.admit(other).is_none(), "all are taken");
        drop(third);
        assert!(peers.admit(other).is_some());
    }
}
