"""Tiny hand-made files in the shape Olist publishes."""

from __future__ import annotations

import gzip
from pathlib import Path

ORDERS = """order_id,customer_id,order_status,order_purchase_timestamp,order_estimated_delivery_date
o1,c1,delivered,2017-10-14 23:50:00,2017-11-01 00:00:00
o2,c2,delivered,2017-10-14 08:00:00,2017-11-01 00:00:00
o3,c3,canceled,2018-03-02 10:00:00,2018-04-01 00:00:00
o4,c4,unavailable,2018-03-03 10:00:00,2018-04-01 00:00:00
"""
ITEMS = """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o1,1,p1,s1,2017-10-20 00:00:00,10.10,1.00
o1,2,p1,s1,2017-10-20 00:00:00,10.10,1.00
o1,3,p2,s2,2017-10-20 00:00:00,99.00,1.00
o2,1,p3,s1,2017-10-20 00:00:00,5.00,1.00
o2,2,p3,s1,2017-10-20 00:00:00,5.00,1.00
o3,1,p2,s2,2018-03-20 00:00:00,99.00,1.00
"""
REVIEWS = '''review_id,order_id,review_score,review_comment_title,review_comment_message,\
review_creation_date,review_answer_timestamp
r1,o1,4,,"Chegou, mas ""atrasado""",2017-10-25 00:00:00,2017-10-26 10:00:00
r2,o2,5,,,2017-10-26 00:00:00,2017-10-27 10:00:00
r3,o3,1,,=cmd|' /C calc'!A0,2018-03-20 00:00:00,2018-03-21 10:00:00
r4,o4,1,,Nunca chegou,2018-03-21 00:00:00,2018-03-22 10:00:00
'''
PRODUCTS = """product_id,product_category_name,product_weight_g
p1,brinquedos,100
p2,pc_gamer,100
p3,,100
"""
SELLERS = """seller_id,seller_zip_code_prefix,seller_city,seller_state
s1,13844,mogi guacu,SP
s2,20920,rio de janeiro,RJ
s3,01000,sao paulo,SP
"""
TRANSLATION = """product_category_name,product_category_name_english
brinquedos,toys
"""

PUBLISHED = {
    "olist_orders_dataset": ORDERS,
    "olist_order_items_dataset": ITEMS,
    "olist_order_reviews_dataset": REVIEWS,
    "olist_products_dataset": PRODUCTS,
    "olist_sellers_dataset": SELLERS,
    "product_category_name_translation": TRANSLATION,
}


def published(folder: Path, **changed: str) -> Path:
    """The files as published, gzipped; a keyword names the file whose content is to be another."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (PUBLISHED | changed).items():
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8") as file:
            file.write(content)
    return folder
