package httpapi

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// tableFile makes a table for a spreadsheet: CSV in UTF-8 with a mark of it, as spreadsheets expect. A cell that they
// would take for a formula is quoted.
func tableFile(name string, head []string, rows [][]string) (*csvFile, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return &csvFile{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="` + name + `.csv"`, Body: b.Bytes()}, w.Error()
}
