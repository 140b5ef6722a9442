//! The plot of growth as an SVG, with one panel for each axis.

use super::{
    growth::{Axis, Curve},
    table::number,
};
use crate::in_process::Peer;
use std::{fmt::Write, fs, io};

const WIDTH: f64 = 190.0;
const HEIGHT: f64 = 130.0;
const LEFT: f64 = 16.0;
const TOP: f64 = 56.0;
const STEP: f64 = 218.0;
/// The lower end of the logarithmic cost axis.
const LOWEST: f64 = 1e4;

fn color(peer: Peer) -> &'static str {
    match peer {
        Peer::Ours => "#0b6bcb",
        Peer::Axum => "#c2410c",
        _ => "#777",
    }
}

/// Formats a step as briefly as possible.
fn short(step: usize) -> String {
    match step {
        1_000_000.. => format!("{}M", step / 1_000_000),
        1024.. if step.is_multiple_of(1024) => format!("{}k", step / 1024),
        1000.. => format!("{}k", step / 1000),
        _ => step.to_string(),
    }
}

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/growth.svg");

pub(super) fn write(curves: &[Curve]) -> io::Result<()> {
    fs::write(FILE, svg(curves))
}

fn svg(curves: &[Curve]) -> String {
    let total = STEP * Axis::ALL.len() as f64 + LEFT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} 240\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"13\">Instructions of an invocation, each panel from 0 to its maximum; body on a logarithmic scale</text>\n"
    );
    for (index, peer) in [Peer::Ours, Peer::Axum, Peer::Limit]
        .into_iter()
        .enumerate()
    {
        let x = 640.0 + 150.0 * index as f64;
        let color = color(peer);
        let name = peer.name();
        let _ = writeln!(
            svg,
            "<line x1=\"{x}\" y1=\"16\" x2=\"{}\" y2=\"16\" stroke=\"{color}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"20\">{name}</text>",
            x + 18.0,
            x + 24.0
        );
    }
    for (index, axis) in Axis::ALL.into_iter().enumerate() {
        panel(&mut svg, axis, LEFT + STEP * index as f64, curves);
    }
    svg += "</svg>\n";
    svg
}

fn panel(svg: &mut String, axis: Axis, left: f64, curves: &[Curve]) {
    let curves: Vec<&Curve> = curves.iter().filter(|curve| curve.axis == axis).collect();
    let costs = || curves.iter().flat_map(|curve| &curve.costs);
    let highest = costs().map(|cost| cost.1).fold(1.0, f64::max);
    let place = |step: usize| {
        let step = step as f64;
        if axis.is_logarithmic() {
            step.ln()
        } else {
            step
        }
    };
    let steps = axis.steps();
    let first = steps.first().copied().map_or(0.0, place);
    let last = steps.last().copied().map_or(1.0, place);
    let x = |step: usize| left + (place(step) - first) / (last - first) * WIDTH;
    // With a linear scale, all lines but the highest would be flat.
    let y = |cost: f64| {
        let share = match axis {
            Axis::Body => (cost / LOWEST).ln() / (highest / LOWEST).ln(),
            _ => cost / highest,
        };
        TOP + HEIGHT - share * HEIGHT
    };
    let bottom = TOP + HEIGHT;
    let unit = match axis {
        Axis::Body => ", bytes, from 10,000",
        _ => "",
    };
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" font-weight=\"bold\">{}{unit}</text>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">{}</text>\n\
         <path d=\"M{left} {TOP}V{bottom}H{}\" fill=\"none\" stroke=\"#999\"/>",
        TOP - 8.0,
        axis.key(),
        left + WIDTH,
        TOP - 8.0,
        number(highest),
        left + WIDTH
    );
    for &step in steps {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
            x(step),
            bottom + 16.0,
            short(step)
        );
    }
    for curve in curves {
        let points: Vec<String> = curve
            .costs
            .iter()
            .map(|&(step, cost)| format!("{:.1},{:.1}", x(step), y(cost)))
            .collect();
        let color = color(curve.peer);
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        for point in points {
            if let Some((x, y)) = point.split_once(',') {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.5\" fill=\"{color}\"/>"
                );
            }
        }
    }
}
