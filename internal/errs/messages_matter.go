package errs

// matterMessages are the words about matters, bindings, lists and scenarios.
var matterMessages = messages{
	"item.unknown":       {"没有这个基本目录项。", "No such item in the catalogue of matters."},
	"matter.override":    {"实施清单不能这样改写基本目录项的要素，请检查要素名称和内容。", "A matter cannot override this element of its item in this way; check the name and the content."},
	"matter.alias-taken": {"这个地方编码已属于另一个事项。", "Another matter has this local code."},
}
