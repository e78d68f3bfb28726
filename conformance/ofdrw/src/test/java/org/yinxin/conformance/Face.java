package org.yinxin.conformance;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.ofdrw.converter.ImageMaker;
import org.ofdrw.core.basicStructure.ofd.docInfo.CustomDatas;
import org.ofdrw.core.basicStructure.pageObj.layer.block.TextObject;
import org.ofdrw.core.signatures.appearance.StampAnnot;
import org.ofdrw.core.text.TextCode;
import org.ofdrw.reader.ContentExtractor;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.reader.model.StampAnnotEntity;
import org.w3c.dom.Element;

/** What ofdrw reads and draws of a license: its face must say what its metadata say (GB/T 36905). */
final class Face {
    private static final double PIXELS_PER_MM = 5;
    private static final Pattern DATE = Pattern.compile("(\\d{4})[年-](\\d{1,2})[月-](\\d{1,2})日?");

    private Face() {}

    /**
     * Compares each item of the data index with the metadata of the same name, by the text that ofdrw
     * extracts. Returns the number of items compared.
     */
    static int compareIndex(OFDReader reader, OfdPackage pack) throws Exception {
        Map<String, String> shown = shown(reader);
        CustomDatas meta = reader.getOFDDir().getOfd().getDocBody().getDocInfo().getCustomDatas();
        Mismatch.unless(meta != null, "no CustomDatas");
        Map<String, String> index = index(pack, shown);
        for (Map.Entry<String, String> item : index.entrySet()) {
            String want = meta.getCustomDataValue(item.getKey());
            Mismatch.unless(want != null, "data index names " + item.getKey() + ", metadata do not");
            Mismatch.unless(
                    same(want, item.getValue()),
                    item.getKey() + ": face and metadata differ");
        }
        // Where the number is the holder's code, as on an identity card, the face shows it once.
        String number = meta.getCustomDataValue("ZZBH");
        Mismatch.unless(
                index.values().stream().anyMatch(text -> same(number, text)),
                "data index does not point at the license number");
        Mismatch.unless(index.containsKey("CZZT"), "data index does not point at the holder");
        return index.size();
    }

    /** Text of every text object of all pages, by object id. */
    private static Map<String, String> shown(OFDReader reader) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (int page = 1; page <= reader.getNumberOfPages(); page++) {
            int before = shown.size();
            for (TextObject text : new ContentExtractor(reader).getPageTextObject(page)) {
                shown.put(
                        text.getID().toString(),
                        text.getTextCodes().stream().map(TextCode::getContent).collect(Collectors.joining()));
            }
            Mismatch.unless(shown.size() > before, "ofdrw extracts no text from page " + page);
        }
        return shown;
    }

    /** The data index: item name to the text its references lead to. */
    private static Map<String, String> index(OfdPackage pack, Map<String, String> shown) {
        Map<String, String> index = new LinkedHashMap<>();
        String docRoot = OfdPackage.resolve(
                "/OFD.xml", OfdPackage.one(pack.xml("/OFD.xml"), "DocRoot").getTextContent().trim());
        String tags = OfdPackage.resolve(
                docRoot, OfdPackage.one(pack.xml(docRoot), "CustomTags").getTextContent().trim());
        for (Element file : OfdPackage.all(pack.xml(tags), "FileLoc")) {
            String name = OfdPackage.resolve(tags, file.getTextContent().trim());
            for (Element ref : OfdPackage.all(pack.xml(name), "ObjectRef")) {
                String text = shown.get(ref.getTextContent().trim());
                Mismatch.unless(text != null, "data index points at a missing object");
                index.merge(((Element) ref.getParentNode()).getLocalName(), text, String::concat);
            }
        }
        return index;
    }

    /**
     * Equal but for white space and the mark between several values, which in a table stand one a row without
     * any; a date may be written 20250102, 2025-01-02 or 2025年1月2日. What stands on each of several pages, as the
     * number of the license, is shown as often.
     */
    static boolean same(String meta, String shown) {
        String whole = plain(meta.replace("^", ""));
        String once = plain(shown);
        boolean again = !whole.isEmpty() && once.equals(whole.repeat(once.length() / whole.length()));
        return plain(meta).equals(once) || whole.equals(once) || again;
    }

    private static String plain(String value) {
        String text = value.replaceAll("\\s", "").replace('^', '、');
        Matcher date = DATE.matcher(text);
        if (!date.matches()) {
            return text;
        }
        return "%s%02d%02d"
                .formatted(date.group(1), Integer.parseInt(date.group(2)), Integer.parseInt(date.group(3)));
    }

    /** Draws all pages, the first to a PNG, and fails if one is blank, or if nothing red stands where a seal should. */
    static void draw(OFDReader reader, Path png) throws IOException {
        ImageMaker maker = new ImageMaker(reader, PIXELS_PER_MM);
        for (int page = 0; page < reader.getNumberOfPages(); page++) {
            BufferedImage image = maker.makePage(page);
            if (page == 0) {
                Files.createDirectories(png.getParent());
                ImageIO.write(image, "png", png.toFile());
            }
            double ink = share(image, 0, 0, image.getWidth(), image.getHeight(), false);
            Mismatch.unless(ink > 0.005, "page " + (page + 1) + " is blank as ofdrw draws it");
            String id = reader.getPageInfo(page + 1).getId().toString();
            for (StampAnnotEntity stamp : reader.getStampAnnots()) {
                drawn(image, id, stamp.getStampAnnots());
            }
        }
    }

    private static void drawn(BufferedImage image, String page, List<StampAnnot> stamps) {
        for (StampAnnot stamp : stamps) {
            if (!stamp.getPageRef().toString().equals(page)) {
                continue;
            }
            double red = share(
                    image,
                    (int) (stamp.getBoundary().getTopLeftX() * PIXELS_PER_MM),
                    (int) (stamp.getBoundary().getTopLeftY() * PIXELS_PER_MM),
                    (int) (stamp.getBoundary().getWidth() * PIXELS_PER_MM),
                    (int) (stamp.getBoundary().getHeight() * PIXELS_PER_MM),
                    true);
            Mismatch.unless(red > 0.01, "no seal is drawn where stamp " + stamp.attributeValue("ID") + " stands");
        }
    }

    /** Share of pixels within a rectangle that are not near white, or that are red. */
    private static double share(BufferedImage image, int x0, int y0, int w, int h, boolean red) {
        int hits = 0;
        int seen = 0;
        for (int y = Math.max(0, y0); y < Math.min(image.getHeight(), y0 + h); y++) {
            for (int x = Math.max(0, x0); x < Math.min(image.getWidth(), x0 + w); x++) {
                int rgb = image.getRGB(x, y);
                int r = rgb >> 16 & 255;
                int g = rgb >> 8 & 255;
                int b = rgb & 255;
                seen++;
                if (red ? r > 130 && r - g > 50 && r - b > 50 : Math.min(r, Math.min(g, b)) < 200) {
                    hits++;
                }
            }
        }
        return seen == 0 ? 0 : (double) hits / seen;
    }
}
