package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/yinxin-org/yinxin/internal/clock"
)

// The two lists (清单) are pages of tables, and files that office programs open.

// listSource is how a list is read.
type listSource func(ctx context.Context, q ListQuery) (Found[ListRow], error)

var listFilters = map[string][]string{"level": levelValues}

func (s *Site) exempt(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "exempt", s.deps.Directory.Exempt)
}

func (s *Site) inspections(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "inspection", s.deps.Directory.Inspections)
}

func (s *Site) list(w http.ResponseWriter, r *http.Request, name string, from listSource) {
	ask := readSearch(r, listFilters)
	var found Found[ListRow]
	var err error
	if !ask.lost {
		found, err = from(r.Context(), ask.list())
	}
	if err != nil {
		s.Error(w, r, err)
		return
	}
	s.show(w, r, name, ask, resultsOf(ask, found))
}

func (s *Site) exemptFile(w http.ResponseWriter, r *http.Request) {
	s.listFile(w, r, "exempt", s.deps.Directory.Exempt)
}

func (s *Site) inspectionsFile(w http.ResponseWriter, r *http.Request) {
	s.listFile(w, r, "inspection", s.deps.Directory.Inspections)
}

// exportStep is how many rows are read at a time; maxExport is where a file ends.
const (
	exportStep = 500
	maxExport  = 20_000
)

// listFile answers with the whole of what was found, made before the first byte leaves: half a list must not be
// taken for the whole.
func (s *Site) listFile(w http.ResponseWriter, r *http.Request, name string, from listSource) {
	ask, p := readSearch(r, listFilters), s.open(w, r)
	var b bytes.Buffer
	b.WriteString("\ufeff") // tells spreadsheets that this is UTF-8
	c := csv.NewWriter(&b)
	c.UseCRLF = true
	_ = c.Write(p.listHead()) // a buffer does not fail
	q := ask.list()
	q.Limit = exportStep
	for q.Offset = 0; q.Offset < maxExport && !ask.lost; {
		found, err := from(r.Context(), q)
		if err != nil {
			s.Error(w, r, err)
			return
		}
		for _, row := range found.Items {
			_ = c.Write(p.listCells(row))
		}
		q.Offset += len(found.Items)
		if len(found.Items) == 0 || q.Offset >= found.Total {
			break
		}
	}
	c.Flush()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.csv"`, name))
	_, _ = w.Write(b.Bytes())
}

func (p page) listHead() []string {
	return []string{
		p.T("证照名称", "License"), p.T("证照类型代码", "Type code"), p.T("事项", "Matter"), p.T("事项编码", "Matter code"),
		p.T("单位", "Unit"), p.T("层级", "Level"), p.T("服务对象", "For"), p.T("读取或查看的内容", "Fields"), p.T("依据", "Basis"), p.T("起始日期", "Since"),
	}
}

func (p page) listCells(row ListRow) []string {
	fields := make([]string, 0, len(row.Fields))
	for _, f := range row.Fields {
		fields = append(fields, p.In(f))
	}
	since := ""
	if !row.Since.IsZero() {
		since = row.Since.In(clock.Shanghai).Format("2006-01-02")
	}
	cells := []string{
		p.In(row.Type.Name), row.Type.Code, p.In(row.Matter), row.Guide, p.In(row.Unit), p.Level(row.Level), p.Audience(row.Audience),
		strings.Join(fields, p.T("、", ", ")), row.Basis, since,
	}
	for i, c := range cells {
		cells[i] = defuse(c)
	}
	return cells
}

// defuse keeps a spreadsheet from running a cell as a formula.
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
