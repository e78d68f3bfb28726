package face

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// widest are characters by their width, the widest first: a longest value is made of the first one admitted.
const widest = "国WM8"

// fromPattern makes a value that a pattern admits, of at most limit characters: the shortest that is not empty, or
// about the longest and widest.
func fromPattern(pattern string, limit int, longest bool) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	return clip(patternValue(re.Simplify(), limit, longest), limit)
}

func patternValue(re *syntax.Regexp, limit int, longest bool) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(ofClass(re.Rune, longest))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "国"
	case syntax.OpCapture:
		return patternValue(re.Sub[0], limit, longest)
	case syntax.OpStar, syntax.OpPlus:
		return times(patternValue(re.Sub[0], limit, longest), limit, longest)
	case syntax.OpQuest:
		if longest {
			return patternValue(re.Sub[0], limit, longest)
		}
	case syntax.OpConcat:
		return concat(re.Sub, limit, longest)
	case syntax.OpAlternate:
		best := ""
		for i, sub := range re.Sub {
			if v := patternValue(sub, limit, longest); i == 0 || longest && breadth(v) > breadth(best) {
				best = v
			}
		}
		return best
	}
	return ""
}

// concat joins parts; what repeats without end gets what the others leave of the limit.
func concat(subs []*syntax.Regexp, limit int, longest bool) string {
	var b strings.Builder
	left := limit
	// Each part is asked once: parts nest, and asking twice at each depth would never end.
	fixed := make([]string, len(subs))
	for i, sub := range subs {
		if sub.Op != syntax.OpStar && sub.Op != syntax.OpPlus {
			fixed[i] = patternValue(sub, limit, longest)
			left -= utf8.RuneCountInString(fixed[i])
		}
	}
	for i, sub := range subs {
		if sub.Op == syntax.OpStar || sub.Op == syntax.OpPlus {
			fixed[i] = patternValue(sub, max(left, 1), longest)
		}
		b.WriteString(fixed[i])
		if b.Len() > 4*limit {
			break
		}
	}
	return b.String()
}

func times(one string, limit int, longest bool) string {
	n := utf8.RuneCountInString(one)
	if !longest || n == 0 {
		return one
	}
	return strings.Repeat(one, limit/n)
}

// ofClass chooses from the ranges of a character class.
func ofClass(ranges []rune, longest bool) rune {
	has := func(r rune) bool {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				return true
			}
		}
		return false
	}
	prefer := "1Aa国"
	if longest {
		prefer = widest
	}
	for _, r := range prefer {
		if has(r) {
			return r
		}
	}
	if len(ranges) == 0 {
		return '8'
	}
	return ranges[0]
}
