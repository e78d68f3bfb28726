package leaf

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/emmansun/gmsm/sm3"
)

// MonthFormat is the one form of a month's file there is so far. A file is lines of JSON: a [MonthHead], each record as a
// [MonthRecord], and a [MonthEnd].
const MonthFormat = "yinxin-records-v1"

// maxMonthLine bounds a line in bytes: the longest record, its opening in base64, and what stands beside it.
const maxMonthLine = 4 << 20

// MonthHead begins the file of a month's records of uses that left the database.
type MonthHead struct {
	Format     string `json:"format"`
	Origin     string `json:"origin"` // the log's name
	Month      string `json:"month"`  // such as 2026-11, in Beijing time
	Size       uint64 `json:"size"`   // of the tree under the checkpoint
	Checkpoint string `json:"checkpoint"`
}

// MonthRecord is one record, with all that is needed to prove it alone under the checkpoint.
type MonthRecord struct {
	No      string   `json:"no"`
	Index   uint64   `json:"index"`
	Leaf    []byte   `json:"leaf"`
	Promise []byte   `json:"promise"`
	Opening []byte   `json:"opening"` // ciphertext of salt and body, under the holder's key
	Hashes  [][]byte `json:"hashes"`  // inclusion proof
	Row     UseRow   `json:"row"`     // as it stood in the table
}

// UseRow is a row of the table of uses, by the names of its columns.
type UseRow struct {
	HolderID   string          `json:"holder_id"`
	RecordID   string          `json:"record_id"`
	At         int64           `json:"at"` // microseconds since 1970
	Ground     string          `json:"ground"`
	Result     string          `json:"result"`
	Reasons    json.RawMessage `json:"reasons"`
	AccountID  string          `json:"account_id"`
	UnitID     string          `json:"unit_id"`
	Role       string          `json:"role"`
	CaseNo     string          `json:"case_no"`
	MatterCode string          `json:"matter_code"`
	LicenseID  string          `json:"license_id"`
	VersionNo  int             `json:"version_no"`
	TypeCode   string          `json:"type_code"`
	Fields     json.RawMessage `json:"fields"`
	Purpose    []byte          `json:"purpose"` // ciphertext
	Place      string          `json:"place"`
	RelationID string          `json:"relation_id"`
	GrantID    string          `json:"grant_id"`
}

// MonthEnd closes the file: a note signed by the log's keys, whose text is [MonthText].
type MonthEnd struct {
	Signed string `json:"signed"`
}

// MonthText is what the log signs of a file: how many records it has, and the SM3 of all lines before the last. The first
// line keeps it from ever being read as a checkpoint or a promise.
func MonthText(origin, month string, records uint64, digest []byte) string {
	return fmt.Sprintf("yinxin records v1\n%s\n%s\n%d\n%s\n", origin, month, records, base64.StdEncoding.EncodeToString(digest))
}

// MonthWriter writes a month's file.
type MonthWriter struct {
	w       *bufio.Writer
	all     hash.Hash // of the whole file
	body    hash.Hash // of the lines before the last
	head    MonthHead
	records uint64
}

// NewMonthWriter begins a file.
func NewMonthWriter(w io.Writer, head MonthHead) (*MonthWriter, error) {
	m := &MonthWriter{all: sm3.New(), body: sm3.New(), head: head}
	m.w = bufio.NewWriterSize(io.MultiWriter(w, m.all), 1<<16)
	return m, m.line(head, m.body)
}

func (m *MonthWriter) line(v any, into io.Writer) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write month: %w", err)
	}
	if len(b) > maxMonthLine {
		return fmt.Errorf("write month: %w", ErrFile)
	}
	b = append(b, '\n')
	_, _ = into.Write(b)
	if _, err := m.w.Write(b); err != nil {
		return fmt.Errorf("write month: %w", err)
	}
	return nil
}

// Add writes a record.
func (m *MonthWriter) Add(r MonthRecord) error {
	m.records++
	return m.line(r, m.body)
}

// Close signs what was written and gives the SM3 of the whole file.
func (m *MonthWriter) Close(sign func(text string) ([]byte, error)) ([]byte, error) {
	signed, err := sign(MonthText(m.head.Origin, m.head.Month, m.records, m.body.Sum(nil)))
	if err != nil {
		return nil, fmt.Errorf("sign month: %w", err)
	}
	if err := m.line(MonthEnd{Signed: string(signed)}, io.Discard); err != nil {
		return nil, err
	}
	if err := m.w.Flush(); err != nil {
		return nil, fmt.Errorf("write month: %w", err)
	}
	return m.all.Sum(nil), nil
}

// MonthRead is what a month's file was found to hold.
type MonthRead struct {
	Head    MonthHead
	Records uint64
	Signed  []byte // the note at the end
	Text    string // what the note must say
	Digest  []byte // SM3 of the whole file
}

// ReadMonth reads a month's file, record by record. It checks the form only; a file that is cut off is ErrFile.
func ReadMonth(r io.Reader, each func(MonthHead, MonthRecord) error) (MonthRead, error) {
	all, body := sm3.New(), sm3.New()
	in := bufio.NewReaderSize(io.TeeReader(r, all), 1<<16)
	var m MonthRead
	first, err := monthLine(in)
	if err != nil || strict(first, &m.Head) != nil || m.Head.Format != MonthFormat {
		return m, errors.Join(ErrFile, err)
	}
	_, _ = body.Write(first)
	for {
		line, err := monthLine(in)
		if err != nil {
			return m, errors.Join(ErrFile, err)
		}
		var end MonthEnd
		if strict(line, &end) == nil && end.Signed != "" {
			m.Signed = []byte(end.Signed)
			break
		}
		var rec MonthRecord
		if strict(line, &rec) != nil {
			return m, ErrFile
		}
		_, _ = body.Write(line)
		m.Records++
		if err := each(m.Head, rec); err != nil {
			return m, err
		}
	}
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		return m, ErrFile
	}
	m.Text = MonthText(m.Head.Origin, m.Head.Month, m.Records, body.Sum(nil))
	m.Digest = all.Sum(nil)
	return m, nil
}

// monthLine reads one line with its end.
func monthLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if err == nil {
			return line, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > maxMonthLine {
			return nil, err
		}
	}
}

func strict(line []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
