//! What falls due week by week, as bars and as the table that says the same.

use leptos::prelude::*;
use portal::DueWeek;

use crate::texts::Texts;
use crate::texts::dates::date;

/// Of the drawing, in its own units.
const HEIGHT: u32 = 120;
const PITCH: u32 = 30;
const BAR: u32 = 22;
/// Under the bars, for the numbers of the weeks.
const FOOT: u32 = 20;
/// Above the highest bar, for its number.
const HEAD: u32 = 18;

/// A section with a bar a week. Where nothing falls due, or what does is not known, it says so instead.
pub(super) fn due(texts: &'static Texts, weeks: Option<&[DueWeek]>, held: u64) -> impl IntoView + use<> {
    let known = weeks.is_some();
    let weeks = weeks.unwrap_or_default();
    let most = weeks.iter().map(|week| week.documents).max().unwrap_or(0);
    let lead = match (known, most) {
        (false, _) => "retention-due-busy",
        (true, 0) => "retention-due-none",
        (true, _) => "retention-due-lead",
    };
    let shown = (most > 0).then(|| view! { {bars(texts, weeks, most)} {table(texts, weeks)} });
    let held = (held > 0).then(|| view! { <p>{texts.with("retention-held", &[("count", held.into())])}</p> });
    view! {
        <section aria-labelledby="due">
            <h2 id="due">{texts.get("retention-due")}</h2>
            <p>{texts.get(lead)}</p>
            {held}
            {shown}
        </section>
    }
}

/// Only seen: the table below says it to everybody else.
fn bars(texts: &'static Texts, weeks: &[DueWeek], most: u64) -> impl IntoView + use<> {
    let bars: Vec<_> = weeks
        .iter()
        .zip(0_u32..)
        .map(|(week, place)| {
            let height = bar_height(week.documents, most);
            let (left, top) = (place * PITCH, HEAD + HEIGHT - height);
            let middle = left + BAR / 2;
            let number = week.from.iso_week_date().week().to_string();
            let count = (week.documents > 0).then(|| {
                view! { <text x=middle.to_string() y=(top - 4).to_string()>{compact(week.documents)}</text> }
            });
            view! {
                <rect x=left.to_string() y=top.to_string() width=BAR.to_string() height=height.to_string() rx="3"></rect>
                {count}
                <text class="week" x=middle.to_string() y=(HEAD + HEIGHT + FOOT - 4).to_string()>
                    {number}
                </text>
            }
        })
        .collect();
    let width = PITCH * u32::try_from(weeks.len()).unwrap_or(0);
    let view_box = format!("0 0 {width} {}", HEAD + HEIGHT + FOOT);
    view! {
        <figure class="bars">
            <svg viewBox=view_box aria-hidden="true" focusable="false">
                {bars}
            </svg>
            <figcaption>{texts.get("retention-due-caption")}</figcaption>
        </figure>
    }
}

/// At least a sliver for a week in which anything goes.
fn bar_height(documents: u64, most: u64) -> u32 {
    if documents == 0 {
        return 0;
    }
    let height = u64::from(HEIGHT) * documents / most.max(1);
    u32::try_from(height).unwrap_or(HEIGHT).max(3)
}

/// A count that fits above a bar: 9500, 12k, 3M.
fn compact(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

fn table(texts: &'static Texts, weeks: &[DueWeek]) -> impl IntoView + use<> {
    let rows: Vec<_> = weeks
        .iter()
        .map(|week| {
            let last = week.until.yesterday().unwrap_or(week.until);
            let days = texts.with(
                "retention-due-week",
                &[
                    ("week", i64::from(week.from.iso_week_date().week()).into()),
                    ("from", date(texts, week.from).into()),
                    ("until", date(texts, last).into()),
                ],
            );
            view! {
                <tr>
                    <th scope="row">{days}</th>
                    <td>{week.documents.to_string()}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <details class="more">
            <summary>{texts.get("retention-due-table")}</summary>
            <table>
                <caption class="unseen">{texts.get("retention-due-caption")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{texts.get("retention-due-week-column")}</th>
                        <th scope="col">{texts.get("retention-due-documents-column")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_is_full_and_none_vanishes() {
        assert_eq!(bar_height(10, 10), HEIGHT);
        assert_eq!(bar_height(1, 1_000_000), 3);
        assert_eq!(bar_height(0, 10), 0);
    }

    #[test]
    fn counts_are_short() {
        for (count, text) in [(0, "0"), (9_999, "9999"), (12_345, "12k"), (3_000_000, "3M")] {
            assert_eq!(compact(count), text);
        }
    }
}
