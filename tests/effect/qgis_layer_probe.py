"""Open a layer of a GeoPackage with its default style and tell what QGIS made of it; run by the Python that has QGIS.

Usage: python3 qgis_layer_probe.py FILE.gpkg LAYER
"""

import json
import os
import sys

from qgis.core import QgsApplication, QgsExpressionContext, QgsExpressionContextUtils, QgsRenderContext, QgsVectorLayer


def main():
    """Print classes, aliases, and in which class each zone is drawn."""
    file, name = sys.argv[1:]
    app = QgsApplication([], False)  # noqa: FBT003 - positional in QGIS
    messages = []
    app.messageLog().messageReceived.connect(lambda text, tag, level: messages.append([text, tag, int(level)]))
    app.initQgis()
    layer = QgsVectorLayer(f"{file}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    context = QgsRenderContext()
    scope = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setExpressionContext(scope)
    renderer.startRender(context, layer.fields())
    drawn = {}
    for feature in layer.getFeatures():
        scope.setFeature(feature)
        context.setExpressionContext(scope)
        keys = renderer.legendKeysForFeature(feature, context)
        items = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
        drawn[feature["zone_id"]] = [items.get(key, key) for key in keys]
    renderer.stopRender(context)
    answer = {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "renderer": renderer.type(),
        "attribute": renderer.classAttribute(),
        "classes": [[r.label(), r.symbol().color().name()] for r in renderer.ranges()],
        "aliases": {f.name(): f.alias() for f in layer.fields()},
        "drawn": drawn,
        "messages": messages,
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
    sys.stdout.flush()
    # Layers outlive the application otherwise, and bring it down.
    os._exit(0)


main()
