//! `plenum demo`: invented organizations on this machine that follow and answer each other.
//!
//! Each is a complete site with its own database; they share nothing but one port, and talk to
//! each other over signed HTTP through the same queues as everywhere.

pub mod content;
pub mod debate;
pub mod generate;
pub mod questions;
pub mod scenario;
pub mod size;
pub mod verify;
pub mod voices;
pub mod world;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use tokio::sync::{mpsc, watch};

use super::Failure;
use super::serve::stop_signal;
use crate::clock::Clock;
use crate::config::Config;
use generate::Plan;
use size::Size;
use world::World;

/// Flags of `plenum demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Port of the sites; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the databases here, and go on with them next time, whatever size is asked for then.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Play the scenario, compare what every site has, print a table and stop.
    #[arg(long)]
    verify: bool,
    /// How much is said.
    #[arg(long, value_enum, default_value = "tiny")]
    size: Size,
    /// The same seed makes the same debate.
    #[arg(long, default_value_t = 2022)]
    seed: u64,
}

/// Days before today on which the debate of the demonstration begins.
const AGO: i64 = 550;

impl Demo {
    /// Builds the sites, plays the scenario, and runs until Ctrl-C or the comparison is done.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let stop = stop_signal()?;
        // What is compared has to be new, and may run beside a demo that somebody looks at.
        let port = if self.verify { 0 } else { self.port };
        // New sites live through the months of the debate before they go by the clock on the wall;
        // those that were kept from an earlier run go on as they are.
        let kept = self.data.as_deref().map_or(0, world::kept);
        let past = Clock::fixed(Clock::System.now().plus_seconds(-AGO * 24 * 3600));
        let (count, clock) = if kept > 0 { (kept, Clock::System) } else { (self.size.sites(), past) };
        let mut world = World::open(&config, port, self.data.as_deref(), (count, &clock), &stop).await?;
        let plan = Plan::of(self.size, self.seed);
        let bar = bar(&plan);
        let played = if kept == 0 { play(&world, &plan, &clock, &bar, stop.clone()).await } else { Ok(true) };
        bar.finish_and_clear();
        let outcome = match played {
            Ok(false) if self.verify => Err(Failure::new("it was stopped before anything could be compared")),
            Ok(false) => Ok(()),
            Ok(true) if self.verify => verify::all(&world).await,
            Ok(true) => {
                if kept == 0 {
                    world = world.awake(&config, &stop).await?;
                }
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

/// Plays everything, or until somebody stops it: whether it came to its end.
async fn play(
    world: &World,
    plan: &Plan,
    clock: &Clock,
    bar: &ProgressBar,
    mut stop: watch::Receiver<bool>,
) -> Result<bool, Failure> {
    let whole = async {
        scenario::play(world, bar).await?;
        debate::play(world, plan, clock, bar).await
    };
    tokio::select! {
        biased;
        () = crate::app::stopped(&mut stop) => Ok(false),
        played = whole => played.map(|()| true),
    }
}

fn bar(plan: &Plan) -> ProgressBar {
    let steps = u64::try_from(plan.rounds.len()).unwrap_or_default() + scenario::STEPS;
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
