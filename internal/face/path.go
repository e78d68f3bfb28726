package face

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/ofd"
)

func pathOf(o catalog.FaceObject, segs []ofd.Seg) ofd.Path {
	p := ofd.Path{Data: segs, LineWidth: o.Stroke, Alpha: opacity(o.Alpha)}
	if o.Fill != "" {
		c := colour(o.Fill, ofd.RGB{})
		p.Fill = &c
	}
	if o.Stroke > 0 {
		c := colour(o.Color, ofd.RGB{})
		p.Stroke = &c
	}
	return p
}

func opacity(alpha int) float64 { return float64(alpha) / 255 }

// colour reads "#rrggbb", or gives the other colour.
func colour(s string, other ofd.RGB) ofd.RGB {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != len("#rrggbb") {
		return other
	}
	return ofd.RGB{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n)}
}

// arity is how many numbers follow each letter of a path.
var arity = map[string]int{"M": 2, "L": 2, "Q": 4, "B": 6, "C": 0}

// parsePath reads ornament as a face template writes it: letters of GB/T 33190 with numbers, relative to x, y.
func parsePath(s string, x, y float64) ([]ofd.Seg, error) {
	var segs []ofd.Seg
	words := strings.Fields(s)
	for i := 0; i < len(words); {
		letter := words[i]
		n, ok := arity[letter]
		if !ok || i+n >= len(words) || i == 0 && letter != "M" {
			return nil, fmt.Errorf("path of a face: broken at word %d", i+1)
		}
		v := make([]float64, n)
		for k := range n {
			f, err := strconv.ParseFloat(words[i+1+k], 64)
			if err != nil || !(math.Abs(f) <= farthest) { // also what is no number at all
				return nil, fmt.Errorf("path of a face: word %d is no number", i+2+k)
			}
			v[k] = f + x
			if k%2 == 1 {
				v[k] = f + y
			}
		}
		segs = append(segs, segment(letter[0], v))
		i += n + 1
	}
	return segs, nil
}

func segment(letter byte, v []float64) ofd.Seg {
	s := ofd.Seg{Op: ofd.Op(letter)}
	switch len(v) {
	case 2:
		s.X, s.Y = v[0], v[1]
	case 4:
		s.X1, s.Y1, s.X, s.Y = v[0], v[1], v[2], v[3]
	case 6:
		s.X1, s.Y1, s.X2, s.Y2, s.X, s.Y = v[0], v[1], v[2], v[3], v[4], v[5]
	}
	return s
}
