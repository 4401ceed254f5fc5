"""Read a QGIS project with QGIS itself and tell what is in it, as JSON; run by the Python that has Debian's QGIS.

Usage: python3 qgis_probe.py PROJECT.qgz OUT_DIR
"""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def told(layer):
    """Return what QGIS understood of a layer."""
    renderer = layer.renderer()
    if renderer is None or not hasattr(layer, "featureCount"):
        return raster(layer, renderer)
    found = {
        "name": layer.name(),
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "source": layer.source(),
        "renderer": renderer.type(),
        "aliases": {f.name(): f.alias() for f in layer.fields()},
        "tip": layer.mapTipTemplate(),
        "tips": [spoken(layer, feature) for feature in layer.getFeatures()] if layer.mapTipTemplate() else [],
        "scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else 0,
        "label": layer.labeling().settings().fieldName if layer.labelsEnabled() and layer.labeling() else "",
    }
    if renderer.type() == "graduatedSymbol":
        found["attribute"] = renderer.classAttribute()
        found["classes"] = [
            [r.lowerValue(), r.upperValue(), r.label(), r.symbol().color().name()] for r in renderer.ranges()
        ]
    elif renderer.type() == "categorizedSymbol":
        found["classes"] = [[c.value(), c.label(), c.symbol().color().name()] for c in renderer.categories()]
    return found


def spoken(layer, feature):
    """Return the map tip of a feature."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)


def raster(layer, renderer):
    """Return what QGIS understood of a raster."""
    shader = renderer.shader().rasterShaderFunction()
    classes = [[item.value, item.label, item.color.name()] for item in shader.colorRampItemList()]
    facts = {"name": layer.name(), "valid": layer.isValid(), "crs": layer.crs().authid(), "source": layer.source()}
    at = layer.dataProvider()
    size = [at.xSize(), at.ySize(), at.sourceNoDataValue(1)]
    return facts | {"renderer": renderer.type(), "classes": classes, "size": size}


def drawn(project, out):
    """Render the visible layers over the project's extent."""
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(1000, 750))
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(out / "map.png"))
    return [e.message for e in job.errors()]


def tree(group):
    """Return the layer tree as nested lists of name, whether it is ticked, and children."""
    return [
        [c.name(), c.itemVisibilityChecked(), tree(c) if hasattr(c, "addLayer") else None] for c in group.children()
    ]


def main():
    """Print what the project holds; write map.png, layout.png and layout.pdf."""
    file, out = sys.argv[1], Path(sys.argv[2])
    app = QgsApplication([], False)  # noqa: FBT003 - positional in QGIS
    messages = []
    app.messageLog().messageReceived.connect(lambda text, tag, level: messages.append([text, tag, int(level)]))
    app.initQgis()
    project = QgsProject.instance()
    read = project.read(file)
    layout = project.layoutManager().layouts()[0]
    exporter = QgsLayoutExporter(layout)
    picture = QgsLayoutExporter.ImageExportSettings()
    picture.dpi = 100
    answer = {
        "read": read,
        "error": project.error(),
        "title": project.title(),
        "crs": project.crs().authid(),
        "layers": {layer.id(): told(layer) for layer in project.mapLayers().values()},
        "order": [layer.id() for layer in project.layerTreeRoot().layerOrder()],
        "tree": tree(project.layerTreeRoot()),
        "render_errors": drawn(project, out),
        "layouts": [item.name() for item in project.layoutManager().layouts()],
        "items": sorted(type(item).__name__ for item in layout.items() if isinstance(item, QgsLayoutItem)),
        "png": int(exporter.exportToImage(str(out / "layout.png"), picture)),
        "pdf": int(exporter.exportToPdf(str(out / "layout.pdf"), QgsLayoutExporter.PdfExportSettings())),
        "messages": messages,
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
    app.exitQgis()


main()
