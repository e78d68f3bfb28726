package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/errs"
)

const (
	// perPage keeps a page of results under 100 KB.
	perPage = 30
	// maxWords is in characters; what is longer finds nothing and is not worth a query.
	maxWords = 60
	// maxPages bounds how far a reader can leaf; beyond it a search is the better way.
	maxPages = 1000
	// maxCode is the length of the longest code in an address.
	maxCode = 40
)

// The words for levels (行使层级, GB/T 39046 A.2) and for whom a matter is (服务对象).
var (
	levels = map[int]Text{
		1: {"国家级", "Nation"}, 2: {"省级", "Province"}, 3: {"市级", "City"}, 4: {"县级", "County"}, 5: {"乡级", "Township"}, 6: {"村级", "Village"},
	}
	audiences = map[string]Text{
		"natural": {"个人", "Persons"}, "legal": {"企业和其他组织", "Firms and organisations"}, "mixed": {"个人和企业", "Persons and firms"},
	}
)

// Level is the word for a level; 0 is all of them.
func (p page) Level(n int) string {
	if t, ok := levels[n]; ok {
		return p.In(t)
	}
	return p.T("各级", "All levels")
}

// Audience is the word for whom something is.
func (p page) Audience(kind string) string {
	if t, ok := audiences[kind]; ok {
		return p.In(t)
	}
	return p.T("不限", "Anybody")
}

// search is what a reader asked of a list: known parts of the address, and nothing else of it.
type search struct {
	path   string
	Words  string
	Values map[string]string // the filters chosen
	Page   int
	lost   bool // the words are too long to find anything
}

// filters of the lists: which values each may have. A nil list admits any code.
var (
	levelValues    = []string{"2", "3", "4", "5", "6"}
	audienceValues = []string{"natural", "legal"}
)

// readSearch takes what the page knows from the address.
func readSearch(r *http.Request, known map[string][]string) search {
	q := r.URL.Query()
	s := search{path: r.URL.Path, Words: strings.Join(strings.Fields(q.Get("q")), " "), Values: map[string]string{}, Page: 1}
	if !validText(s.Words) || len([]rune(s.Words)) > maxWords {
		s.Words, s.lost = "", true
	}
	for name, values := range known {
		v := q.Get(name)
		if v != "" && (slices.Contains(values, v) || values == nil && isCode(v)) {
			s.Values[name] = v
		}
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n <= maxPages {
		s.Page = n
	}
	return s
}

// validText refuses what no database should be asked for.
func validText(s string) bool {
	return strings.ToValidUTF8(s, "") == s && !strings.ContainsRune(s, 0)
}

// isCode tells whether a text may be a code of this platform: letters and digits.
func isCode(s string) bool {
	return s != "" && len(s) <= maxCode && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	})
}

func (s search) level() int {
	n, _ := strconv.Atoi(s.Values["level"])
	return n
}

func (s search) offset() int { return (s.Page - 1) * perPage }

func (s search) list() ListQuery {
	return ListQuery{Words: s.Words, Level: s.level(), Audience: s.Values["for"], Offset: s.offset(), Limit: perPage}
}

// keep are the parts of the address that links on the page hold on to.
func (s search) keep() url.Values {
	v := url.Values{}
	if s.Words != "" {
		v.Set("q", s.Words)
	}
	for name, value := range s.Values {
		v.Set(name, value)
	}
	if s.Page > 1 {
		v.Set("page", strconv.Itoa(s.Page))
	}
	return v
}

// Narrowed tells whether anything was asked at all.
func (s search) Narrowed() bool { return s.Words != "" || len(s.Values) > 0 || s.lost }

// Lost tells that the words were too long to be searched for.
func (s search) Lost() bool { return s.lost }

// Is tells whether a filter has a value.
func (s search) Is(name, value string) bool { return s.Values[name] == value }

// At is the address of another page of the same search.
func (s search) At(n int) string { return s.to(s.path, n) }

// Export is the address of the same search as a file.
func (s search) Export() string { return s.to(s.path+".csv", 1) }

func (s search) to(path string, n int) string {
	s.Page = n
	if q := s.keep().Encode(); q != "" {
		return path + "?" + q
	}
	return path
}

// results is what a list page shows: what was asked, what was found.
type results[T any] struct {
	search
	Items   []T
	Total   int
	Regions []Choice
	// About is the license type that narrows a list of guides.
	About *TypeRef
	// Events are the life events that a search for guides found.
	Events []EventRow
}

func resultsOf[T any](s search, f Found[T]) results[T] {
	return results[T]{search: s, Items: f.Items, Total: f.Total}
}

// Last is the number of the last page.
func (r results[T]) Last() int { return min(max(1, (r.Total+perPage-1)/perPage), maxPages) }

// Levels and Audiences are the choices of the filters.
func (r results[T]) Levels() []Choice {
	out := make([]Choice, 0, len(levels))
	for _, v := range levelValues {
		n, _ := strconv.Atoi(v)
		out = append(out, Choice{v, levels[n]})
	}
	return out
}

// Audiences are the choices of the filter for whom.
func (r results[T]) Audiences() []Choice {
	out := make([]Choice, 0, len(audienceValues))
	for _, v := range audienceValues {
		out = append(out, Choice{v, audiences[v]})
	}
	return out
}

// registerDirectory enters the public pages about matters, lists, scenarios and types.
func (s *Site) registerDirectory(mux *http.ServeMux) {
	mux.HandleFunc("GET /guides", s.guides)
	mux.HandleFunc("GET /guides/{code}", s.guide)
	mux.HandleFunc("GET /lists", s.lists)
	mux.HandleFunc("GET /lists/exempt", s.exempt)
	mux.HandleFunc("GET /lists/exempt.csv", s.exemptFile)
	mux.HandleFunc("GET /lists/inspection", s.inspections)
	mux.HandleFunc("GET /lists/inspection.csv", s.inspectionsFile)
	mux.HandleFunc("GET /scenarios", s.scenarios)
	mux.HandleFunc("GET /scenarios/{code}", s.scenario)
	mux.HandleFunc("GET /licenses", s.licenses)
	mux.HandleFunc("GET /licenses/{code}", s.license)
}

func (s *Site) guides(w http.ResponseWriter, r *http.Request) {
	ask := readSearch(r, map[string][]string{"level": levelValues, "for": audienceValues, "region": nil, "type": nil})
	var found Found[GuideRow]
	var err error
	if !ask.lost {
		found, err = s.deps.Directory.Guides(r.Context(), GuideQuery{Words: ask.Words, Level: ask.level(), Region: ask.Values["region"],
			Audience: ask.Values["for"], Type: ask.Values["type"], Offset: ask.offset(), Limit: perPage})
	}
	if err != nil {
		s.Error(w, r, err)
		return
	}
	data := resultsOf(ask, found)
	if data.Regions, err = s.deps.Directory.Regions(r.Context()); err != nil {
		s.Error(w, r, err)
		return
	}
	if ask.Page == 1 && !ask.lost && ask.Values["type"] == "" && ask.Values["region"] == "" && ask.level() == 0 {
		if data.Events, err = s.deps.Directory.Events(r.Context(), ask.Words, ask.Values["for"]); err != nil {
			s.Error(w, r, err)
			return
		}
	}
	if code := ask.Values["type"]; code != "" {
		t, err := s.deps.Directory.License(r.Context(), code)
		if err != nil {
			s.Error(w, r, err)
			return
		}
		data.About = &TypeRef{t.Code, t.Name}
	}
	s.show(w, r, "guides", ask, data)
}

// show answers with a list page that keeps the search when language or type size are switched.
func (s *Site) show(w http.ResponseWriter, r *http.Request, name string, ask search, data any) {
	p := s.open(w, r)
	p.keep, p.Data = ask.keep(), data
	s.render(w, http.StatusOK, name, p)
}

// one answers with the page of one thing, found by the code in the address.
func one[T any](s *Site, w http.ResponseWriter, r *http.Request, name, unknown string, get func(code string) (T, error)) {
	code := r.PathValue("code")
	if !isCode(code) {
		s.Error(w, r, errs.New(errs.NotFound, unknown))
		return
	}
	v, err := get(code)
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	s.render(w, http.StatusOK, name, p)
}

func (s *Site) guide(w http.ResponseWriter, r *http.Request) {
	one(s, w, r, "guide", "matter.unknown", func(code string) (GuideView, error) { return s.deps.Directory.Guide(r.Context(), code) })
}

func (s *Site) scenario(w http.ResponseWriter, r *http.Request) {
	one(s, w, r, "scenario", "page.unknown", func(code string) (ScenarioView, error) { return s.deps.Directory.Scenario(r.Context(), code) })
}

func (s *Site) license(w http.ResponseWriter, r *http.Request) {
	one(s, w, r, "license", "type.unknown", func(code string) (LicenseView, error) { return s.deps.Directory.License(r.Context(), code) })
}

func (s *Site) lists(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/lists/exempt", http.StatusSeeOther)
}

func (s *Site) scenarios(w http.ResponseWriter, r *http.Request) {
	ask := readSearch(r, map[string][]string{"for": audienceValues})
	var found Found[ScenarioRow]
	var err error
	if !ask.lost {
		found, err = s.deps.Directory.Scenarios(r.Context(), ask.list())
	}
	if err != nil {
		s.Error(w, r, err)
		return
	}
	s.show(w, r, "scenarios", ask, resultsOf(ask, found))
}

func (s *Site) licenses(w http.ResponseWriter, r *http.Request) {
	ask := readSearch(r, map[string][]string{"for": audienceValues})
	var found Found[LicenseRow]
	var err error
	if !ask.lost {
		found, err = s.deps.Directory.Licenses(r.Context(), ask.list())
	}
	if err != nil {
		s.Error(w, r, err)
		return
	}
	s.show(w, r, "licenses", ask, resultsOf(ask, found))
}
