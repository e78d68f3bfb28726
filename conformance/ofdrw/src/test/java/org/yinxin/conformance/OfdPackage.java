package org.yinxin.conformance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * The entries of one OFD package (GB/T 33190), read with nothing but the JDK, so that what is found
 * here does not depend on ofdrw or on the program that wrote the file.
 */
final class OfdPackage {
    private final Map<String, byte[]> entries;

    private OfdPackage(Map<String, byte[]> entries) {
        this.entries = entries;
    }

    /** Reads a package; ZipInputStream is used on purpose: it is the strictest common reader of local headers. */
    static OfdPackage read(byte[] zip) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                if (!e.isDirectory() && entries.put("/" + e.getName(), readAll(in)) != null) {
                    throw new IOException("entry twice: " + e.getName());
                }
            }
        }
        return new OfdPackage(entries);
    }

    private static byte[] readAll(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        in.transferTo(out);
        return out.toByteArray();
    }

    /** The names of all entries, each with a leading slash. */
    List<String> names() {
        return new ArrayList<>(entries.keySet());
    }

    byte[] get(String name) {
        byte[] data = entries.get(name);
        if (data == null) {
            throw new Mismatch("no entry " + name);
        }
        return data;
    }

    /** A copy of the package with one entry replaced, or removed where data is null. */
    OfdPackage with(String name, byte[] data) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        if (data == null) {
            changed.remove(name);
        } else {
            changed.put(name, data);
        }
        return new OfdPackage(changed);
    }

    byte[] zip() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(e.getKey().substring(1)));
                zip.write(e.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    Element xml(String name) {
        try {
            DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
            f.setNamespaceAware(true);
            f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            Document doc = f.newDocumentBuilder().parse(new ByteArrayInputStream(get(name)));
            return doc.getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new Mismatch(name + " is no XML: " + e.getMessage());
        }
    }

    /** The absolute name of a location that stands in the part {@code from} (ST_Loc, GB/T 33190 7.3). */
    static String resolve(String from, String loc) {
        if (loc.startsWith("/")) {
            return loc;
        }
        return java.nio.file.Path.of(from).getParent().resolve(loc).normalize().toString();
    }

    /** All elements under {@code root} with this local name, in document order. */
    static List<Element> all(Element root, String local) {
        List<Element> found = new ArrayList<>();
        var nodes = root.getElementsByTagNameNS("*", local);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    static Element one(Element root, String local) {
        List<Element> found = all(root, local);
        if (found.size() != 1) {
            throw new Mismatch(found.size() + " elements " + local + " under " + root.getLocalName());
        }
        return found.get(0);
    }

    static List<Element> children(Element root) {
        List<Element> found = new ArrayList<>();
        for (Node n = root.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e) {
                found.add(e);
            }
        }
        return found;
    }
}
