from django.apps import AppConfig


class RegionConfig(AppConfig):
    name = "pendopo.region"
    label = "region"
    default_auto_field = "django.db.models.BigAutoField"
