//! `plenum demo`: three organizations on this machine that follow and answer each other.
//!
//! Each is a complete site with its own database; they share nothing but one port, and talk to
//! each other over signed HTTP through the same queues as everywhere.

pub mod content;
pub mod scenario;
pub mod verify;
pub mod world;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use tokio::sync::{mpsc, watch};

use super::Failure;
use super::serve::stop_signal;
use crate::config::Config;
use world::World;

/// Flags of `plenum demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Port of the three sites; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the three databases here, and go on with them next time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Play the scenario, compare what every site has, print a table and stop.
    #[arg(long)]
    verify: bool,
}

impl Demo {
    /// Builds the three sites, plays the scenario, and runs until Ctrl-C or the comparison is done.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let stop = stop_signal()?;
        // What is compared has to be new, and may run beside a demo that somebody looks at.
        let port = if self.verify { 0 } else { self.port };
        let mut world = World::open(&config, port, self.data.as_deref()).await?;
        let bar = bar();
        let played = if world.is_new() { scenario::play(&world, &bar).await } else { Ok(()) };
        bar.finish_and_clear();
        let outcome = match played {
            Ok(()) if self.verify => verify::compare(&world).await,
            Ok(()) => {
                print!("{}", world.introduction());
                listen(&world, stop).await;
                Ok(())
            }
            Err(failure) => Err(failure),
        };
        world.close().await;
        outcome
    }
}

/// Obeys what is typed until the stop; where nothing can be typed, it only waits.
async fn listen(world: &World, mut stop: watch::Receiver<bool>) {
    let (typed, mut lines) = mpsc::channel(1);
    // A thread of its own, which nobody waits for: a read from a terminal cannot be called off.
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if typed.blocking_send(line).is_err() {
                break;
            }
        }
    });
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            () = crate::app::stopped(&mut stop) => return,
        };
        match line {
            Some(line) if line.trim().is_empty() => {}
            Some(line) => println!("{}", world.obey(&line).await),
            None => return crate::app::stopped(&mut stop).await,
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(scenario::STEPS), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
