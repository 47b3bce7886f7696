"""Colours of labels and curves, stated once for pictures and pages."""

# One colour for each label, in the order of the labels; they come again after the last.
# "contrast" was searched for the largest smallest difference (in Oklab) under normal vision,
# protanopia, deuteranopia and tritanopia, of colours that keep a contrast of 2.3 to 1 with both
# pages, and put in the order that sets digits of like shapes (4 and 9, 3 and 5, ...) the farthest
# apart; "petroff" is the 10-colour sequence of Petroff (2021, arXiv 2107.02270).
PALETTES = {
    "contrast": [
        "#00a578",
        "#ff69c3",
        "#005a4b",
        "#695aff",
        "#f03c00",
        "#a50000",
        "#786996",
        "#8700b4",
        "#d2a50f",
        "#00b4ff",
    ],
    "petroff": [
        "#3f90da",
        "#ffa90e",
        "#bd1f01",
        "#94a4a2",
        "#832db6",
        "#a96b59",
        "#e76300",
        "#b9ac70",
        "#717581",
        "#92dadd",
    ],
}
NO_LABEL = "#8b949e"  # images and clusters without a label
# Of curves and marks: blue, orange, green, told apart by lightness and by markers too.
ACCENTS = ("#3b7dc4", "#e07000", "#0e8f74")
