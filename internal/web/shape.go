package web

// Tones are meanings of colour; a word and a shape always go with them.
const (
	toneJade  = "jade"
	toneAmber = "amber"
	toneInk   = "ink"
	toneRed   = "red"
	toneMuted = "muted"
)

// Paths in a box of 16 × 16, drawn as strokes. The same states have the same shapes in the two applications.
const (
	ring     = "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z"
	triangle = "M8 2.5 14 13H2zM8 6.5v3M8 11.2h.01"
	cross    = "M4 4l8 8M12 4l-8 8"
	tick     = "M3 8.5 6.5 12 13 4.5"
	bars     = "M5.5 3.5v9M10.5 3.5v9"
	dial     = ring + "M8 5v3l2 2"
)

type look struct{ tone, path string }

// looks gives each state and verdict its colour and shape.
var looks = map[string]look{
	// states
	"making":            {toneAmber, "M3 8h.01M8 8h.01M13 8h.01"},
	"notYet":            {toneAmber, dial},
	"valid":             {toneJade, tick},
	"pledged":           {toneInk, "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"},
	"disputed":          {toneAmber, "M2.5 3h11v8H8l-3 2.5V11H2.5zM8 5v2.5M8 9h.01"},
	"lost":              {toneRed, ring + "M3.8 3.8l8.4 8.4"},
	"suspended":         {toneAmber, bars},
	"inspectionOverdue": {toneAmber, triangle},
	"superseded":        {toneMuted, "M2.5 5.5h8v8h-8zM5.5 5.5v-3h8v8h-3"},
	"expired":           {toneMuted, "M4 2.5h8M4 13.5h8M5 2.5c0 4 6 7 6 11M11 2.5c0 4-6 7-6 11"},
	"cancelled":         {toneMuted, ring + "M5 8h6"},
	"revoked":           {toneRed, "M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6"},
	"penalty":           {toneRed, cross},
	"abolished":         {toneMuted, "M3 3h10v10H3zM5.5 5.5l5 5M10.5 5.5l-5 5"},
	// verdicts that are no states
	NotInForce: {toneAmber, dial},
	Ended:      {toneRed, cross},
	Untrusted:  {toneAmber, triangle},
	Invalid:    {toneRed, cross},
	// things of the pages
	"people": {toneInk, "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.4-2.8 2.3-4 5-4s4.6 1.2 5 4"},
	"desk":   {toneInk, "M6.5 2.5h3L9 7.5h3v3H4v-3h3zM3 13.5h10"},
	"search": {toneInk, "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 13.5 13.5"},
	"sheet":  {toneAmber, "M4 2.5h5.5L12 5v8.5H4zM9.5 2.5V5H12M6 8h4M6 10.5h4"},
	"error":  {toneRed, triangle},
}

// shape is the path of a state's or verdict's shape. It only decorates the word beside it.
func shape(code string) string {
	if path := looks[code].path; path != "" {
		return path
	}
	return ring
}

func tone(code string) string {
	if l, ok := looks[code]; ok {
		return l.tone
	}
	return toneMuted
}
